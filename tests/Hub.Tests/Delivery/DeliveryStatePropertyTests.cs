using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>Whatever happens to deliveries, in whatever order: no receipt unless durable, a retry keeps its key, a replay is claimed
/// once, order holds, every delivery ends.</summary>
public sealed class DeliveryStatePropertyTests
{
    private const int Steps = 40;
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(20);
    private static readonly DeliveryPolicy Policy = new() { MaxAttempts = 3, FirstDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromMinutes(1), Jitter = 0, ClaimDuration = Claim, MaxAge = Age };

    /// <summary>What may happen next.</summary>
    public enum Happening
    {
        Accept,
        AcceptInOrder,
        AcceptToExpire,
        AcceptRefused,
        DieBeforeCommit,
        DieAfterCommit,
        Crash,
        ClaimOne,
        ClaimMany,
        Acknowledge,
        AcknowledgeOld,
        GiveBack,
        Renew,
        Replay,
        Erase,
        Cancel,
        CancelDead,
        TimeOut,
        Wait,
        Expire,
    }

    [Test]
    public void AnyInterleaving_OverTheReference_KeepsThePromises() => Run(60, static () =>
    {
        var store = new InMemoryStore();
        return () => store;
    });

    [Test]
    public void AnyInterleaving_OverSqlite_KeepsThePromises() => Run(8, static () => null);

    private static void Run(int tests, Func<Func<IHubStore>?> store) =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements(Enum.GetValues<Happening>()), Steps)), steps => Task.Run(() => HoldsAsync([.. steps], store())).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));

    private static async Task<bool> HoldsAsync(IReadOnlyList<Happening> steps, Func<IHubStore>? store)
    {
        var content = Content(Policy);
        await using var bench = await StartAsync(content with { Services = [.. content.Services.Select(static s => s.Type.Value == "vn.note.v1" ? s with { MinimumAssurance = "sender-signed", Order = ServiceOrder.Conversation, OnDead = OnDead.Hold } : s)] }, store);
        var story = new Story(bench);
        foreach (var step in steps) await story.TakeAsync(step);
        await story.EndAsync();
        return true;
    }

    private sealed class Story(DeliveryBench bench)
    {
        private readonly DeliveryModel _model = new(bench.Store);
        private int _ids;

        internal async Task TakeAsync(Happening step)
        {
            switch (step)
            {
                case Happening.Accept: await AcceptAsync("vn.document.v1", null); break;
                case Happening.AcceptInOrder: await AcceptAsync("vn.note.v1", _ids % 2 == 0 ? "a" : "b"); break;
                case Happening.AcceptToExpire: await AcceptAsync("vn.document.v1", null, bench.Clock.GetUtcNow().AddSeconds(30)); break;
                case Happening.AcceptRefused: await RefuseAsync(); break;
                case Happening.DieBeforeCommit: await DieAsync(() => bench.Committer.DiesBeforeNext = true, durable: false); break;
                case Happening.DieAfterCommit: await DieAsync(() => bench.Committer.DiesAfterNext = true, durable: true); break;
                case Happening.Crash: await CrashAsync(); break;
                case Happening.ClaimOne: await ClaimAsync(1); break;
                case Happening.ClaimMany: await ClaimAsync(3); break;
                case Happening.Acknowledge: await AnswerAsync(first: false, async claim => await bench.Mailbox.AckAsync(Puller, claim)); break;
                case Happening.AcknowledgeOld: await AnswerAsync(first: true, async claim => await bench.Mailbox.AckAsync(Puller, claim)); break;
                case Happening.GiveBack: await AnswerAsync(first: false, async claim => await bench.Mailbox.NackAsync(Puller, claim, "later")); break;
                case Happening.Renew: await RenewAsync(); break;
                case Happening.Replay: await ReplayAsync(); break;
                case Happening.Erase: await EraseAsync(); break;
                case Happening.Cancel: await CancelAsync(_model.NotOver.Select(static d => (MessageKey?)d.Key).FirstOrDefault()); break;
                case Happening.CancelDead: await CancelAsync(_model.Dead.Select(id => (MessageKey?)_model.KeyOf(id)).FirstOrDefault()); break;
                case Happening.TimeOut: bench.Clock.Advance(Claim); break;
                case Happening.Wait: bench.Clock.Advance(TimeSpan.FromSeconds(3)); break;
                default: await bench.NewSweep().EndExpiredAsync(CancellationToken.None); break;
            }

            await _model.AgreesAsync();
        }

        /// <summary>Nobody reads: all that is unfinished dies of age, replayed or not. Then operators replay what is dead, and the recipient takes all.</summary>
        internal async Task EndAsync()
        {
            bench.Clock.Advance(Age + Claim);
            await bench.NewSweep().EndExpiredAsync(CancellationToken.None);
            await bench.NewSweep().EndAgedAsync(CancellationToken.None);
            await _model.AgreesAsync();
            Assert.That(_model.NotOver, Is.Empty, "nothing will end these");
            for (var round = 0; _model.Dead.Any() || _model.NotOver.Any(); round++)
            {
                Assert.That(round, Is.LessThan(50), "every delivery ends");
                while (_model.Dead.Any()) await ReplayAsync();
                bench.Clock.Advance(Claim + TimeSpan.FromMinutes(1));
                await ClaimAsync(50);
                while (_model.Held.Count > 0) await AnswerAsync(first: true, async claim => await bench.Mailbox.AckAsync(Puller, claim));
                await _model.AgreesAsync();
            }
        }

        private async Task AcceptAsync(string type, string? conversation, DateTimeOffset? expires = null)
        {
            var key = await bench.AcceptAsync($"m{_ids++}", To, type: type, conversation: conversation, expires: expires);
            await _model.ReceiptedAsync(key, conversation);
        }

        private async Task RefuseAsync()
        {
            Assert.ThrowsAsync<ProblemException>(() => bench.AcceptAsync($"m{_ids++}", To, refused: true));
            Assert.That(await bench.Store.FindMessageAsync(MessageKey.Of(Sender, $"m{_ids - 1}")), Is.Null);
        }

        private async Task DieAsync(Action arm, bool durable)
        {
            arm();
            var id = $"m{_ids++}";
            var accepting = bench.AcceptAsync(id, To, conversation: null);
            await bench.Committer.Death.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await CrashAsync();
            Assert.That(accepting.IsCompleted, Is.False, "nobody was given a receipt");
            var there = await bench.Store.FindMessageAsync(MessageKey.Of(Sender, id)) is not null;
            Assert.That(there, Is.EqualTo(durable));
            if (there) await _model.ReceiptedAsync(MessageKey.Of(Sender, id), null);
        }

        private async Task CrashAsync()
        {
            await bench.CrashAndRestartAsync();
            _model.Store = bench.Store;
        }

        private async Task ClaimAsync(int most)
        {
            foreach (var claim in await bench.Mailbox.ClaimAsync(Puller, most, TimeSpan.Zero)) _model.Claimed(claim, bench.Clock.GetUtcNow());
        }

        private async Task AnswerAsync(bool first, Func<string, Task> answer)
        {
            if (_model.Held.Count == 0) return;
            var claim = first ? _model.Held[0] : _model.Held[^1];
            _model.Held.Remove(claim);
            try
            {
                await answer(claim);
                _model.Answered(claim);
            }
            catch (ProblemException lost)
            {
                Assert.That(lost.Code, Is.EqualTo(ProblemCode.ClaimLost));
            }
        }

        private async Task RenewAsync()
        {
            if (_model.Held.Count == 0) return;
            var claim = _model.Held[^1];
            try
            {
                _model.Renewed(claim, await bench.Mailbox.RenewAsync(Puller, claim));
            }
            catch (ProblemException lost)
            {
                Assert.That(lost.Code, Is.EqualTo(ProblemCode.ClaimLost));
            }
        }

        /// <summary>Two operators at once: one of them is refused.</summary>
        private async Task ReplayAsync()
        {
            if (!_model.Dead.Any()) return;
            var delivery = _model.Dead.First();
            var both = await Task.WhenAll(TryReplayAsync(delivery, "operator:an"), TryReplayAsync(delivery, "operator:binh"));
            Assert.That(both.Count(static one => one), Is.EqualTo(1), "a replay is claimed once");
            _model.Replayed(_model.KeyOf(delivery));
            await _model.AgreesAsync();
        }

        private async Task<bool> TryReplayAsync(long delivery, string actor)
        {
            try
            {
                await bench.DeadLetters.ReplayAsync(delivery, actor);
                return true;
            }
            catch (ProblemException refused)
            {
                Assert.That(refused.Code, Is.EqualTo(ProblemCode.DeliveryNotDead));
                return false;
            }
        }

        private async Task EraseAsync()
        {
            if (_model.NotOver.Select(static d => (MessageKey?)d.Key).FirstOrDefault() is not { } key) return;
            var deliveries = await bench.Store.ListDeliveriesAsync(key);
            await bench.Committer.RunAsync(scope => Erasure.EraseAsync(scope, key, deliveries, bench.Registry.Current.Content.Hub, "operator:an", "Quyết định 1/QĐ", bench.Signals, bench.Clock.GetUtcNow()));
            Assert.That((await bench.Store.ListDeliveriesAsync(key)).Single().State, Is.EqualTo(DeliveryState.Cancelled));
        }

        /// <summary>The sender takes back what nobody holds, and nothing else.</summary>
        private async Task CancelAsync(MessageKey? key)
        {
            if (key is not { } message) return;
            var held = _model.IsHeld(message, bench.Clock.GetUtcNow());
            var cancelled = await new Cancellations(bench.Committer, bench.Store, bench.Signals, bench.Clock).CancelAsync(message, Sender.ToString(), reason: null);
            Assert.That(cancelled.Deliveries.Single().State == DeliveryState.Cancelled, Is.EqualTo(!held));
        }

        private static IReadOnlyList<Recipient> To => [new Recipient(RecipientAddress.Parse(Puller.ToString()))];
    }
}
