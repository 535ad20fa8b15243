using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Apps;
using Hub.Core.Storage;
using Hub.Tests.Delivery;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Apps;

public class AppChannelTests
{
    private readonly CountingApp _app = new();
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start()
    {
        _app.Runs = 0;
        _app.Before = _ => Task.CompletedTask;
        _bench = await StartAsync(null, _app);
    }

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Handled_WritesSendsAndRepliesCommitWithTheEndOfTheDelivery()
    {
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        var delivery = await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        Assert.That((delivery.Status, delivery.AssertedBy), Is.EqualTo(("03", "recipient")));
        Assert.That(await CountAsync(), Is.EqualTo(1));
        var taken = await _bench.TakeAllAsync(Sender);
        Assert.That(taken.Select(e => e.From), Is.All.EqualTo(AppSystem));
        Assert.That(taken.Select(e => e.Type.Value), Is.EqualTo(new[] { "vn.note.v1", "hub.ack.v1", "hub.ack.v1" }));
        Assert.That(taken.Skip(1).Select(e => Acknowledgement.Read(e).Status), Is.EqualTo(new[] { "01", "03" }));
        Assert.That(
            await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.delivered", "delivery.acknowledged", "delivery.acknowledged" }));
    }

    [Test]
    public async Task Handled_ManyAtOnce_NoWriteIsLost()
    {
        for (var i = 0; i < 60; i++) await _bench.AcceptAsync($"m{i}", AppSystem);
        _bench.Dispatch();
        await UntilAcknowledgedAsync(60);
        Assert.That(await CountAsync(), Is.EqualTo(60));
    }

    [Test]
    public async Task Throws_NothingIsDone_AndItIsTriedAgain()
    {
        _app.Before = run => run == 1 ? throw new InvalidOperationException("bug") : Task.CompletedTask;
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, Attempts: 1 });
        Assert.That(await CountAsync(), Is.Zero);
        _bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Crash_BetweenHandlerAndCommit_EffectsHappenOnce()
    {
        _app.Before = _ =>
        {
            _bench.Committer.DiesBeforeNext = true;
            return Task.CompletedTask;
        };
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        await _bench.Committer.Death.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await ThenOnceAsync(key, runs: 2);
    }

    [Test]
    public async Task Crash_BetweenCommitAndItsAnswer_EffectsHappenOnce()
    {
        _app.Before = _ =>
        {
            _bench.Committer.DiesAfterNext = true;
            return Task.CompletedTask;
        };
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        await _bench.Committer.Death.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await ThenOnceAsync(key, runs: 1);
    }

    [Test]
    public async Task ClaimLost_WhileTheHandlerRuns_NothingIsDone()
    {
        var (running, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _app.Before = run =>
        {
            running.TrySetResult();
            return run == 1 ? goOn.Task : Task.CompletedTask;
        };
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        await running.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var held = await _bench.DeliveryAsync(key);
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.UpdateDeliveryAsync(held with { State = DeliveryState.Dead, Claim = null, ClaimedUntil = null });
            return true;
        });
        goOn.SetResult();
        await _bench.UntilAsync(await _bench.AcceptAsync("2", AppSystem), DeliveryState.Acknowledged);
        await _bench.StopAsync();
        Assert.That((await _bench.DeliveryAsync(key)).State, Is.EqualTo(DeliveryState.Dead));
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task NoSuchApp_FailsForNow()
    {
        await _bench.DisposeAsync();
        _bench = await StartAsync();
        _bench.Dispatch();
        var key = await _bench.AcceptAsync("1", AppSystem);
        await _bench.UntilAsync(async () => (await _bench.DeliveryAsync(key)) is { State: DeliveryState.Queued, LastProblem: "recipient-failed" });
    }

    private async Task ThenOnceAsync(MessageKey key, int runs)
    {
        _app.Before = _ => Task.CompletedTask;
        await _bench.CrashAndRestartAsync();
        _bench.Dispatch();
        await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        await _bench.UntilAsync(await _bench.AcceptAsync("later", AppSystem), DeliveryState.Acknowledged);
        Assert.That(await CountAsync(), Is.EqualTo(2));
        Assert.That(_app.Runs, Is.EqualTo(runs + 1));
        Assert.That((await _bench.TakeAllAsync(Sender)).Count(e => e.InReplyTo?.Key == key), Is.EqualTo(2));
    }

    private Task UntilAcknowledgedAsync(long count) =>
        _bench.UntilAsync(async () => (await _bench.Store.ReadStatisticsAsync()).Deliveries.GetValueOrDefault(DeliveryState.Acknowledged) == count);

    private async Task<int> CountAsync() =>
        await _bench.Store.ReadAppStateAsync(AppSystem, "count") is { } value ? int.Parse(Encoding.ASCII.GetString(value.Span)) : 0;

    /// <summary>Counts what it handles, sends one message and replies twice.</summary>
    private sealed class CountingApp : IHandle
    {
        private int _runs;

        public string App => "archive";

        public int Runs
        {
            get => _runs;
            set => _runs = value;
        }

        public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

        public async ValueTask HandleAsync(Envelope envelope, IAppContext context, CancellationToken cancellationToken)
        {
            var run = Interlocked.Increment(ref _runs);
            var count = await context.ReadAsync("count") is { } value ? int.Parse(Encoding.ASCII.GetString(value.Span)) : 0;
            await Task.Yield();
            context.Write("count", Encoding.ASCII.GetBytes($"{count + 1}"));
            context.Reply("01");
            context.Reply("03");
            context.Send(new Envelope
            {
                Id = $"about-{envelope.Id}", Type = MessageType.Parse("vn.note.v1"), From = context.Self,
                To = [new Recipient(RecipientAddress.Parse(envelope.From.ToString()))], Created = context.Now,
            });
            await Before(run);
        }
    }
}
