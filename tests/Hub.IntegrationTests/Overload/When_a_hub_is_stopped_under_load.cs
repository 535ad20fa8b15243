using System.Diagnostics;
using System.Globalization;

namespace Hub.IntegrationTests.Overload;

/// <summary>SIGTERM while more is sent than the hub can take. What it receipted is delivered, by itself or after the next start; nobody
/// gets another answer than a receipt, a refusal that says when to come back, or a closed connection.</summary>
[TestFixture]
public sealed class When_a_hub_is_stopped_under_load
{
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(30);

    private OverloadScene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await OverloadScene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test, CancelAfter(300_000)]
    public async Task Should_lose_nothing_it_receipted_and_end_in_time(CancellationToken stop)
    {
        using var flood = new Flood(_scene.Flooding, _scene.Hub.BaseAddress, connections: 300);
        await flood.SignAsync(30_000, _scene.Receiving.Address.ToString());
        using var load = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var sending = flood.RunAsync(20_000, load.Token);
        while (flood.Accepted.Count < 500) await Task.Delay(20, stop);

        var began = Stopwatch.GetTimestamp();
        var exit = await _scene.Hub.StopAsync();
        var drained = Stopwatch.GetElapsedTime(began);
        var receipted = flood.Accepted.Count;
        await load.CancelAsync();
        await sending;

        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Drained in {drained.TotalMilliseconds:0} ms; {receipted} receipted, {flood.RefusedAfter.Count} refused, {flood.Broken} connections closed or refused, {_scene.Sink.Received.Count} delivered before the next start."));
        Assert.Multiple(() =>
        {
            Assert.That(exit, Is.Zero, _scene.Hub.Log);
            Assert.That(drained, Is.LessThan(LongestDrain));
            Assert.That(flood.Wrong, Is.Empty, "answers");
        });
        await _scene.Hub.DisposeAsync();
        await _scene.StartHubAsync();
        await _scene.ArrivedAsync(flood.Accepted, stop);
        Assert.That(_scene.Sink.Contradictions, Is.Empty);
    }
}
