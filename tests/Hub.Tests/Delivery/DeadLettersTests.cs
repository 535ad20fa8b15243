using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public class DeadLettersTests
{
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start() => _bench = await StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Replay_DeadDelivery_IsDeliveredAsAReplay()
    {
        var dead = await DeadAsync();
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Delivered());
        await _bench.DeadLetters.ReplayAsync(dead.Id, "operator:an");
        var delivery = await _bench.UntilAsync(dead.Message, DeliveryState.Delivered);
        Assert.That((delivery.Replays, delivery.Attempts), Is.EqualTo((1, 1)));
        Assert.That(_bench.Channel.Sent[^1].Delivery.Replays, Is.EqualTo(1));
        var entry = (await _bench.Store.ListEntriesAsync(dead.Message)).Single(e => e.ParseHeader().Kind == "delivery.replayed");
        Assert.That(entry.ParseHeader().Actor, Is.EqualTo("operator:an"));
    }

    [Test]
    public async Task Replay_TwoOperatorsAtOnce_OneIsRefused()
    {
        var dead = await DeadAsync();
        await _bench.StopAsync();
        var replays = Enumerable.Range(0, 8).Select(i => CatchAsync(_bench.DeadLetters.ReplayAsync(dead.Id, $"operator:{i}").AsTask()));
        var codes = await Task.WhenAll(replays);
        Assert.That(codes.Count(c => c is null), Is.EqualTo(1));
        Assert.That(codes.Where(c => c is not null), Is.All.EqualTo("delivery-not-dead"));
        Assert.That((await _bench.DeliveryAsync(dead.Message)).Replays, Is.EqualTo(1));
    }

    [Test]
    public async Task Replay_LongAfterItsAge_GetsItsAttemptsAgain()
    {
        var dead = await DeadAsync();
        await _bench.StopAsync();
        _bench.Clock.Advance(TimeSpan.FromDays(30));
        _bench.Dispatch();
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 503"));
        await _bench.DeadLetters.ReplayAsync(dead.Id, "operator:an");
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(dead.Message)) is { State: DeliveryState.Queued, Attempts: 1 });
    }

    [Test]
    public async Task Replay_ErasedMessage_ContentErased()
    {
        var dead = await DeadAsync();
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.EraseAsync(dead.Message, _bench.Clock.GetUtcNow());
            return true;
        });
        Assert.That(CodeOf(async () => await _bench.DeadLetters.ReplayAsync(dead.Id, "operator:an")), Is.EqualTo("content-erased"));
    }

    [Test]
    public async Task Replay_ExpiredMessage_IsRefusedAndStaysDead()
    {
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no"));
        _bench.Dispatch();
        var dead = await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed, expires: _bench.Clock.GetUtcNow().AddHours(1)), DeliveryState.Dead);
        _bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(CodeOf(async () => await _bench.DeadLetters.ReplayAsync(dead.Id, "operator:an")), Is.EqualTo("expired"));
        Assert.That(await _bench.DeliveryAsync(dead.Message), Has.Property("State").EqualTo(DeliveryState.Dead).And.Property("Replays").EqualTo(0));
    }

    [Test]
    public void Replay_UnknownDelivery_NotFound() =>
        Assert.That(CodeOf(async () => await _bench.DeadLetters.ReplayAsync(999, "operator:an")), Is.EqualTo("not-found"));

    private static async Task<string?> CatchAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code.Code;
        }
    }

    private async Task<DeliveryRecord> DeadAsync()
    {
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no"));
        _bench.Dispatch();
        return await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed), DeliveryState.Dead);
    }
}
