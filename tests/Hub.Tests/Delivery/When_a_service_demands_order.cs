using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

/// <summary>Within one conversation of one sender a recipient gets messages in order, whatever fails on the way; conversations do not
/// wait for each other.</summary>
public sealed class When_a_service_demands_order
{
    private static readonly AttemptOutcome Rejected = new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no such department");
    private static readonly DeliveryPolicy Many = new() { MaxInFlight = 8, MaxAttempts = 50, FirstDelay = TimeSpan.FromSeconds(1), Factor = 1, Jitter = 0 };

    [Test]
    public void Should_arrive_in_order_whatever_fails()
    {
        var stories = from places in Gen.ListOf(Gen.Choose(0, 2), 12)
                      from failures in Gen.ListOf(Gen.Choose(0, 2), 12)
                      select (places.ToList(), failures.ToList());
        Prop.ForAll(Arb.From(stories), story => Task.Run(() => HoldsAsync(story.Item1, story.Item2)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Test]
    public async Task Should_wake_the_next_one_without_waiting_for_the_poll()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        bench.Dispatch();
        for (var i = 0; i < 20; i++) await AcceptAsync(bench, $"{i}", "c");
        // The clock stands still: no poll comes.
        await bench.Channel.SentAsync(20);
        Assert.That(Ids(bench), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"{i}")));
    }

    [Test]
    public async Task Should_go_by_sequence_before_acceptance()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        foreach (var place in new[] { 3, 1, 2 }) await AcceptAsync(bench, $"{place}", "c", place);
        bench.Dispatch();
        await bench.Channel.SentAsync(3);
        Assert.That(Ids(bench), Is.EqualTo(new[] { "1", "2", "3" }));
    }

    [Test]
    public async Task Should_hold_a_conversation_behind_a_dead_one_until_it_is_replayed()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        var sick = true;
        bench.Channel.Partner = (d, _) => Task.FromResult(d.Message.Id == "a1" && sick ? Rejected : new AttemptOutcome.Delivered());
        bench.Dispatch();
        var dead = await AcceptAsync(bench, "a1", "a");
        await bench.UntilAsync(dead, DeliveryState.Dead);
        var waiting = await AcceptAsync(bench, "a2", "a");
        await bench.UntilAsync(await AcceptAsync(bench, "b1", "b"), DeliveryState.Delivered);
        await bench.UntilAsync(await AcceptAsync(bench, "b2", "b"), DeliveryState.Delivered);
        Assert.That((await bench.DeliveryAsync(waiting)).State, Is.EqualTo(DeliveryState.Queued));
        sick = false;
        await bench.DeadLetters.ReplayAsync((await bench.DeliveryAsync(dead)).Id, "operator:an");
        await bench.UntilAsync(waiting, DeliveryState.Delivered);
        Assert.That(Ids(bench), Is.EqualTo(new[] { "a1", "b1", "b2", "a1", "a2" }));
    }

    [Test]
    public async Task Should_skip_a_dead_one_when_the_service_says_so()
    {
        await using var bench = await StartAsync(World(OnDead.Skip, Many));
        bench.Channel.Partner = (d, _) => Task.FromResult(d.Message.Id == "1" ? Rejected : new AttemptOutcome.Delivered());
        await AcceptAsync(bench, "1", "c");
        var next = await AcceptAsync(bench, "2", "c");
        bench.Dispatch();
        await bench.UntilAsync(next, DeliveryState.Delivered);
    }

    [Test]
    public async Task Should_free_a_conversation_whose_dead_one_is_erased()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        bench.Channel.Partner = (d, _) => Task.FromResult(d.Message.Id == "1" ? Rejected : new AttemptOutcome.Delivered());
        bench.Dispatch();
        var dead = await AcceptAsync(bench, "1", "c");
        await bench.UntilAsync(dead, DeliveryState.Dead);
        var next = await AcceptAsync(bench, "2", "c");
        var known = await bench.Store.ListDeliveriesAsync(dead);
        Assert.That(await bench.Committer.RunAsync(scope => Erasure.EraseAsync(scope, dead, known, bench.Keys.Address, "operator:an", "law", bench.Signals, bench.Clock.GetUtcNow())), Is.EqualTo(new[] { known[0].Id }));
        await bench.UntilAsync(next, DeliveryState.Delivered);
        Assert.That((await bench.DeliveryAsync(dead)).State, Is.EqualTo(DeliveryState.Cancelled));
    }

    [Test]
    public async Task Should_hand_a_mailbox_one_at_a_time()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        foreach (var id in new[] { "1", "2" }) await AcceptAsync(bench, id, "c", to: Puller);
        await AcceptAsync(bench, "other", "d", to: Puller);
        var first = await bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.Zero);
        Assert.That(first.Select(c => c.Message.Id), Is.EqualTo(new[] { "1", "other" }));
        var second = bench.Mailbox.ClaimAsync(Puller, 10, TimeSpan.FromSeconds(60)).AsTask();
        await bench.Mailbox.AckAsync(Puller, first[0].Claim);
        Assert.That((await second.WaitAsync(TimeSpan.FromSeconds(20))).Select(c => c.Message.Id), Is.EqualTo(new[] { "2" }), "woken, though the clock stands still");
    }

    [Test]
    public async Task Should_take_no_part_without_a_conversation_or_a_demand()
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        var (alone, note) = (await AcceptAsync(bench, "1", null), await bench.AcceptAsync("2", [To(Pushed)], type: "vn.note.v1"));
        Assert.That(((await bench.DeliveryAsync(alone)).Lane, (await bench.DeliveryAsync(note)).Lane), Is.EqualTo(((string?)null, (string?)null)));
        var ordered = await bench.DeliveryAsync(await AcceptAsync(bench, "3", "c", 9));
        Assert.That((ordered.Lane, ordered.LanePlace, ordered.HoldsLane), Is.EqualTo(($"{Sender} c", 9L, true)));
    }

    /// <summary>Each message fails as often as it is told, in many lanes at once; each conversation arrives in the order of acceptance.</summary>
    private static async Task<bool> HoldsAsync(List<int> conversations, List<int> failures)
    {
        await using var bench = await StartAsync(World(OnDead.Hold, Many));
        var left = new ConcurrentDictionary<string, int>(failures.Select((times, i) => KeyValuePair.Create($"{i}", times)));
        var arrived = new ConcurrentQueue<string>();
        bench.Channel.Partner = async (d, _) =>
        {
            await Task.Yield();
            if (left.AddOrUpdate(d.Message.Id, 0, (_, times) => times - 1) >= 0) return new AttemptOutcome.Failed(ProblemCode.RecipientFailed, "HTTP 503");
            arrived.Enqueue(d.Message.Id);
            return new AttemptOutcome.Delivered();
        };
        bench.Dispatch();
        for (var i = 0; i < conversations.Count; i++) await AcceptAsync(bench, $"{i}", $"c{conversations[i]}");
        var pushing = bench.UntilAsync(async () =>
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await bench.Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Delivered] == conversations.Count;
        });
        await pushing;
        foreach (var one in arrived.Select(int.Parse).GroupBy(i => conversations[i])) Assert.That(one, Is.Ordered, $"conversation c{one.Key}");
        Assert.That(arrived, Is.Unique);
        return true;
    }

    private static Task<MessageKey> AcceptAsync(DeliveryBench bench, string id, string? conversation, long? sequence = null, SystemAddress? to = null) =>
        bench.AcceptAsync(id, [To(to ?? Pushed)], conversation: conversation, sequence: sequence);

    private static Recipient To(SystemAddress system) => new(RecipientAddress.Parse(system.ToString()));

    private static IEnumerable<string> Ids(DeliveryBench bench) => bench.Channel.Sent.Select(d => d.Message.Id);

    private static RegistryContent World(OnDead onDead, DeliveryPolicy policy)
    {
        var content = Content(policy);
        return content with
        {
            Services = [.. content.Services.Select(s => s.Type.Value == "vn.document.v1" ? s with { Order = ServiceOrder.Conversation, OnDead = onDead } : s)],
        };
    }
}
