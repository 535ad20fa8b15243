using Hub.Contracts.Trail;
using Hub.Core.Services;
using Hub.Core.Storage;
using Hub.Tests.Intake;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Services;

/// <summary>Content goes when its service's retention has ended, and never while it is under way.</summary>
[TestFixture]
public sealed class RetentionSweepTests
{
    private IntakeBench _bench = null!;
    private RetentionSweep _sweep = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await IntakeBench.StartAsync();
        await _bench.Registry.ImportAsync(_bench.Yaml.Replace("maxBytes: 100000", "maxBytes: 100000, retentionDays: 10", StringComparison.Ordinal), "operator:test");
        _sweep = new RetentionSweep(_bench.Registry, _bench.Store, _bench.Committer, _bench.Signals, _bench.Clock);
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Run_OldAndSettled_IsErasedWithItsReason()
    {
        var sent = await _bench.SendAsync(Document("a"));
        await SettleAsync(sent.Key);
        _bench.Clock.Advance(TimeSpan.FromDays(10));
        Assert.That(await _sweep.RunAsync(), Is.Zero);
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await _sweep.RunAsync(), await _sweep.RunAsync()), Is.EqualTo((1, 0)));
        Assert.That((await _bench.Store.FindMessageAsync(sent.Key))!.Erased, Is.EqualTo(_bench.Clock.GetUtcNow()));
        Assert.That((await _bench.EntriesAsync())[^1], Has.Property(nameof(EntryHeader.Kind)).EqualTo(EntryKinds.BodyErased).And.Property(nameof(EntryHeader.Actor)).EqualTo("hub"));
    }

    [Test]
    public async Task Run_StillUnderWay_WaitsForItsEnd()
    {
        var sent = await _bench.SendAsync(Document("a"));
        _bench.Clock.Advance(TimeSpan.FromDays(30));
        Assert.That(await _sweep.RunAsync(), Is.Zero);
        await SettleAsync(sent.Key);
        _bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.That(await _sweep.RunAsync(), Is.EqualTo(1));
    }

    private async Task SettleAsync(Hub.Contracts.Envelopes.MessageKey key)
    {
        foreach (var delivery in await _bench.Store.ListDeliveriesAsync(key))
        {
            await _bench.Committer.RunAsync(async scope =>
            {
                await scope.Transaction.UpdateDeliveryAsync(delivery with { State = DeliveryState.Delivered });
                return true;
            });
        }
    }
}
