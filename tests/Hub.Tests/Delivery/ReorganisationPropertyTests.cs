using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;
using static Hub.Tests.Delivery.Reorganised;

namespace Hub.Tests.Delivery;

/// <summary>Whatever happens in whatever order around reorganisations, every accepted message ends with a recipient, or its sender
/// is told.</summary>
public sealed class ReorganisationPropertyTests
{
    private const int Steps = 25;
    private static readonly SystemAddress[] Places = [District, North, South];

    private static readonly RegistryContent[] Worlds =
    [
        Content(Merge(District, North), Merge(North, South, On.AddMinutes(4))),
        Content(Merge(District, North, policy: ClosedPolicy.Refuse), Merge(North, South, On.AddMinutes(4))),
        Content(Merge(District, North), Reopen(District, On.AddMinutes(3)), Merge(North, District, On.AddMinutes(5))),
        Content(Split(District, closes: true, (North, "vn.document.v1"), (South, "vn.note.v1"))),
        Content(Split(District, closes: false, (North, "vn.note.v1")), Merge(District, South, On.AddMinutes(4))),
        Content(Merge(District, Sender)),
    ];

    /// <summary>What may happen next.</summary>
    public enum Happening
    {
        Accept,
        AcceptNote,
        AcceptToMany,
        Claim,
        Acknowledge,
        GiveBack,
        Renew,
        Replay,
        Sweep,
        Wait,
        WaitLong,
        Crash,
    }

    [Test]
    public void AnyInterleaving_NoMessageIsLost()
    {
        var stories = from world in Gen.Choose(0, Worlds.Length - 1)
                      from steps in Gen.ListOf(Gen.Elements(Enum.GetValues<Happening>()), Steps)
                      select (world, steps.ToList());
        Prop.ForAll(Arb.From(stories), story => Task.Run(() => HoldsAsync(story.world, story.Item2)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    private static async Task<bool> HoldsAsync(int world, IReadOnlyList<Happening> steps)
    {
        await using var bench = await StartAsync(Worlds[world]);
        bench.AdvanceTo(On.AddMinutes(-2));
        var story = new Story(bench);
        foreach (var step in steps) await story.TakeAsync(step);
        await story.EndAsync();
        return true;
    }

    private sealed class Story(DeliveryBench bench)
    {
        private readonly List<MessageKey> _accepted = [];
        private readonly List<(SystemAddress Holder, string Claim)> _held = [];
        private readonly HashSet<MessageKey> _told = [];
        private int _ids;

        internal async Task TakeAsync(Happening step)
        {
            switch (step)
            {
                case Happening.Accept: await AcceptAsync("vn.document.v1", District); return;
                case Happening.AcceptNote: await AcceptAsync("vn.note.v1", District); return;
                case Happening.AcceptToMany: await AcceptAsync("vn.document.v1", Places); return;
                case Happening.Claim:
                    foreach (var place in Places) _held.AddRange((await bench.ClaimAsync(place, 2)).Select(c => (place, c.Claim)));
                    return;
                case Happening.Acknowledge: await WithClaimAsync(async (holder, claim) => await bench.Mailbox.AckAsync(holder, claim)); return;
                case Happening.GiveBack: await WithClaimAsync(async (holder, claim) => await bench.Mailbox.NackAsync(holder, claim, "later")); return;
                case Happening.Renew: await WithClaimAsync(async (holder, claim) => await bench.Mailbox.RenewAsync(holder, claim)); return;
                case Happening.Replay:
                    if ((await bench.Store.ListDeliveriesAsync(DeliveryState.Dead, null, null, 1)).Items is [var dead]) await bench.DeadLetters.ReplayAsync(dead.Id, "operator:an");
                    return;
                case Happening.Sweep: await bench.SweepAsync(); return;
                case Happening.Wait: bench.Clock.Advance(TimeSpan.FromSeconds(25)); return;
                case Happening.WaitLong: bench.Clock.Advance(TimeSpan.FromSeconds(100)); return;
                default: await bench.CrashAndRestartAsync(); return;
            }
        }

        /// <summary>Lets everything come to its end, then looks at every message.</summary>
        internal async Task EndAsync()
        {
            bench.AdvanceTo(On.AddHours(1) > bench.Clock.GetUtcNow() ? On.AddHours(1) : bench.Clock.GetUtcNow());
            await bench.SweepAsync();
            foreach (var place in Places.Append(Sender))
            {
                foreach (var claim in await bench.ClaimAsync(place, 100))
                {
                    if (claim.Message.Type == MessageType.DeliveryFailed) _told.Add(claim.Message.InReplyTo!.Value);
                    await bench.Mailbox.AckAsync(place, claim.Claim);
                }
            }

            foreach (var key in _accepted)
            {
                var deliveries = await bench.Store.ListDeliveriesAsync(key);
                var standing = string.Join("; ", await bench.StandingAsync(key));
                Assert.That(deliveries, Has.None.Matches<DeliveryRecord>(d => d.State is DeliveryState.Queued or DeliveryState.Claimed), standing);
                var reached = deliveries.Any(d => d.State is DeliveryState.Delivered or DeliveryState.Acknowledged);
                Assert.That(reached || _told.Contains(key), Is.True, standing);
                Assert.That(deliveries.All(d => d.State != DeliveryState.Dead) || _told.Contains(key), Is.True, "a sender was not told: " + standing);
                Assert.That((await bench.KindsAsync(key)).Count(k => k == "delivery.redirected"), Is.GreaterThanOrEqualTo(deliveries.Count(d => d.State == DeliveryState.Cancelled)), standing);
            }
        }

        private async Task AcceptAsync(string type, params SystemAddress[] to)
        {
            try
            {
                _accepted.Add(await bench.AcceptAsync($"m{_ids++}", [.. to.Select(t => new Recipient(RecipientAddress.Parse(t.ToString())))], type: type));
            }
            catch (ProblemException refused)
            {
                Assert.That(refused.Code.Code, Is.EqualTo("recipient-closed"), "the sender is told at once");
            }
        }

        private async Task WithClaimAsync(Func<SystemAddress, string, Task> act)
        {
            if (_held.Count == 0) return;
            var (holder, claim) = _held[0];
            _held.RemoveAt(0);
            try
            {
                await act(holder, claim);
            }
            catch (ProblemException lost)
            {
                Assert.That(lost.Code.Code, Is.EqualTo("claim-lost"));
            }
        }
    }
}
