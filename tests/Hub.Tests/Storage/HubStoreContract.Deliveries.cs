using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Delivery;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    [Test]
    public async Task InsertMessage_SeveralDeliveries_GivesGrowingIdsInOrder()
    {
        var message = NewMessage("a");
        var ids = await Store.AddAsync(message, NewDelivery(message, Other) with { Role = RecipientRole.Info, Why = "group:communes@3" }, NewDelivery(message));
        var more = await Store.AddAsync(NewMessage("b"));
        Assert.That(ids[1], Is.GreaterThan(ids[0]));
        Assert.That(more[0], Is.GreaterThan(ids[1]));

        var found = await Store.ListDeliveriesAsync(message.Key);
        Assert.That(found.Select(d => d.Id), Is.EqualTo(ids));
        Assert.That(found[0], Is.EqualTo(NewDelivery(message, Other) with { Id = ids[0], Role = RecipientRole.Info, Why = "group:communes@3" }));
        Assert.That(await Store.FindDeliveryAsync(ids[1]), Is.EqualTo(NewDelivery(message) with { Id = ids[1] }));
    }

    [Test]
    public async Task UpdateDelivery_EveryMember_IsWrittenBack()
    {
        var message = NewMessage("a");
        var id = (await Store.AddAsync(message))[0];
        var changed = NewDelivery(message) with
        {
            Id = id,
            Role = RecipientRole.Info,
            Why = "agency:H06.40",
            Since = Start.AddMinutes(2),
            State = DeliveryState.Acknowledged,
            Due = Start.AddMinutes(3),
            Attempts = 4,
            Replays = 2,
            Claim = null,
            ClaimedUntil = Start.AddMinutes(5),
            LastProblem = "unavailable",
            LastDetail = "503 từ hệ thống nhận",
            DeliveredAt = Start.AddMinutes(6),
            Status = "03",
            Reason = "đã tiếp nhận",
            Outcome = "accepted",
            AssertedBy = "recipient",
            Answers = 3,
            Answer = NewMessage("answer").Key,
            Changed = Start.AddMinutes(7),
        };
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(changed));
        Assert.That(await Store.FindDeliveryAsync(id), Is.EqualTo(changed));
    }

    [Test]
    public void UpdateDelivery_Unknown_IsAMistake() =>
        Assert.That(async () => await Store.WriteAsync(t => t.UpdateDeliveryAsync(NewDelivery(NewMessage("a")) with { Id = 77 })), Throws.InvalidOperationException);

    [Test]
    public async Task Claim_TakesTheMostUrgentFirst_ThenTheOldest()
    {
        foreach (var (id, priority) in new[] { ("a", 0), ("b", 2), ("c", 4), ("d", 2), ("e", 0) })
            await Store.AddAsync(NewMessage(id) with { Priority = priority });
        var first = await Store.ClaimAsync(Start, limit: 3);
        var second = await Store.ClaimAsync(Start, limit: 3);
        Assert.That(await IdsAsync(first), Is.EqualTo(new[] { "c", "b", "d" }));
        Assert.That(await IdsAsync(second), Is.EqualTo(new[] { "a", "e" }));
        Assert.That(await Store.ClaimAsync(Start), Is.Empty);
    }

    [Test]
    public async Task Claim_GivesEachPriorityItsShare_AndTheRestToTheMostUrgent()
    {
        await AddManyAsync(40, priority: 4);
        await AddManyAsync(3, priority: 2);
        await AddManyAsync(20, priority: 0);
        var claimed = await Store.WriteAsync(t => t.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 31, turn: 17));
        Assert.That(await IdsAsync(claimed), Is.EqualTo(new[] { Ids(4, 27), Ids(2, 3), Ids(0, 1) }.SelectMany(static i => i)));
        Assert.That(await Store.ClaimAsync(Start, limit: 100), Has.Count.EqualTo(32), "none was skipped or taken twice");
    }

    [Test]
    public async Task Claim_OneAtATimeUnderAStreamOfUrgentOnes_StillMovesTheOrdinary()
    {
        await AddManyAsync(2, priority: 0);
        await AddManyAsync(70, priority: 4);
        var taken = new List<DeliveryRecord>();
        for (var turn = 0; turn < 2 * PriorityTurns.Round; turn++)
            taken.AddRange(await Store.WriteAsync(t => t.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 1, node: 1, turn: turn)));
        Assert.That(taken, Has.Count.EqualTo(62));
        Assert.That((await IdsAsync(taken)).Where(id => id.StartsWith("0-", StringComparison.Ordinal)), Is.EqualTo(Ids(0, 2)));
    }

    [Test]
    public async Task Claim_OnlyTheProtocol_LooksForTheSharesThereToo()
    {
        await AddManyAsync(5, priority: 4);
        await Store.AddAsync(NewMessage("protocol") with { Type = MessageType.Acknowledgement });
        var claimed = await Store.WriteAsync(t => t.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 3, protocolOnly: true));
        Assert.That(await IdsAsync(claimed), Is.EqualTo(new[] { "protocol" }));
    }

    private async Task AddManyAsync(int count, int priority)
    {
        foreach (var id in Ids(priority, count)) await Store.AddAsync(NewMessage(id) with { Priority = priority });
    }

    private static IEnumerable<string> Ids(int priority, int count) => Enumerable.Range(1, count).Select(i => $"{priority}-{i}");

    [Test]
    public async Task Claim_SetsStateTokenEndAndAttempt()
    {
        await Store.AddAsync(NewMessage("a"));
        var now = Start.AddSeconds(5);
        var claimed = (await Store.ClaimAsync(now))[0];
        Assert.That(claimed.State, Is.EqualTo(DeliveryState.Claimed));
        Assert.That(claimed.Claim, Is.Not.Null.And.Length.GreaterThanOrEqualTo(32));
        Assert.That(claimed.ClaimedUntil, Is.EqualTo(now.AddMinutes(1)));
        Assert.That(claimed.Attempts, Is.EqualTo(1));
        Assert.That(claimed.Changed, Is.EqualTo(now));
        Assert.That(await Store.FindDeliveryAsync(claimed.Id), Is.EqualTo(claimed));
    }

    [Test]
    public async Task Claim_OnlyTheRecipientsOwn()
    {
        var message = NewMessage("a");
        await Store.AddAsync(message, NewDelivery(message), NewDelivery(message, Other));
        Assert.That((await Store.ClaimAsync(Start, recipient: Other)).Select(d => d.Recipient), Is.EqualTo(new[] { Other }));
        Assert.That(await Store.ClaimAsync(Start, recipient: Sender), Is.Empty);
    }

    [Test]
    public async Task Claim_NotDueYet_WaitsForItsInstant()
    {
        var message = NewMessage("later") with { Priority = 4 };
        await Store.AddAsync(message, NewDelivery(message, due: Start.AddMinutes(10)));
        await Store.AddAsync(NewMessage("now"));
        Assert.That(await IdsAsync(await Store.ClaimAsync(Start)), Is.EqualTo(new[] { "now" }));
        Assert.That(await Store.ClaimAsync(Start.AddMinutes(10).AddTicks(-1), duration: TimeSpan.FromDays(1)), Has.Count.EqualTo(1), "the ended claim of 'now' only");
        Assert.That(await IdsAsync(await Store.ClaimAsync(Start.AddMinutes(10))), Is.EqualTo(new[] { "later" }));
    }

    [Test]
    public async Task Claim_TwoThatBecameDue_AreStillOrderedByPriorityThenId()
    {
        foreach (var (id, priority, minutes) in new[] { ("a", 0, 3), ("b", 0, 1), ("c", 3, 2), ("d", 0, 0) })
        {
            var message = NewMessage(id) with { Priority = priority };
            await Store.AddAsync(message, NewDelivery(message, due: Start.AddMinutes(minutes)));
        }

        Assert.That(await IdsAsync(await Store.ClaimAsync(Start.AddMinutes(5))), Is.EqualTo(new[] { "c", "a", "b", "d" }));
    }

    [Test]
    public async Task Claim_WhenTheClockWentBack_TakesOnlyWhatIsDue()
    {
        var message = NewMessage("a");
        await Store.AddAsync(message, NewDelivery(message, due: Start.AddMinutes(1)));
        Assert.That(await Store.WriteAsync(t => t.ClaimAsync(Receiver, Start.AddMinutes(2), Start.AddMinutes(3), 0)), Is.Empty);
        Assert.That(await Store.ClaimAsync(Start), Is.Empty);
        Assert.That(await Store.ClaimAsync(Start.AddMinutes(1)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Claim_Ended_IsTakenAgainWithAnotherToken()
    {
        await Store.AddAsync(NewMessage("a"));
        var first = (await Store.ClaimAsync(Start))[0];
        Assert.That(await Store.ClaimAsync(Start.AddSeconds(59)), Is.Empty);
        var second = (await Store.ClaimAsync(Start.AddSeconds(60)))[0];
        Assert.That(second.Id, Is.EqualTo(first.Id));
        Assert.That(second.Claim, Is.Not.EqualTo(first.Claim));
        Assert.That(second.Attempts, Is.EqualTo(2));
        Assert.That(await Store.WriteAsync(t => t.FindClaimAsync(first.Claim!)), Is.Null);
        Assert.That((await Store.WriteAsync(t => t.FindClaimAsync(second.Claim!)))!.Id, Is.EqualTo(first.Id));
    }

    [Test]
    public async Task ReleaseClaims_OfOneNode_MakesThemDueAtOnceAndGivesTheAttemptBack()
    {
        foreach (var id in new[] { "ended", "running" })
        {
            var message = NewMessage(id);
            await Store.AddAsync(message, NewDelivery(message), NewDelivery(message, Other));
        }

        var later = NewMessage("later");
        await Store.AddAsync(later, NewDelivery(later, due: Start.AddDays(1)));
        await Store.ClaimAsync(Start, limit: 1, node: 1);
        await Store.ClaimAsync(Start, limit: 1, duration: TimeSpan.FromHours(1), node: 1);
        await Store.ClaimAsync(Start, recipient: Other, limit: 1, duration: TimeSpan.FromHours(1), node: 2);
        await Store.ClaimAsync(Start, recipient: Other, limit: 1, duration: TimeSpan.FromHours(1));

        var now = Start.AddMinutes(2);
        Assert.That(await Store.WriteAsync(t => t.ReleaseClaimsAsync(1, now, 10)), Is.EqualTo(new[] { Receiver, Receiver }));
        Assert.That(await Store.WriteAsync(t => t.ReleaseClaimsAsync(1, now, 10)), Is.Empty);
        var released = (await Store.ListDeliveriesAsync(NewMessage("running").Key))[0];
        Assert.That((released.State, released.Due, released.Claim, released.ClaimedUntil, released.Attempts, released.Interruptions), Is.EqualTo((DeliveryState.Queued, now, (string?)null, (DateTimeOffset?)null, 0, 1)));
        Assert.That((await Store.ReadStatisticsAsync()).Deliveries[DeliveryState.Claimed], Is.EqualTo(2), "the other node's and the mailbox's");
        Assert.That(await IdsAsync(await Store.ClaimAsync(now)), Is.EqualTo(new[] { "ended", "running" }));
    }

    [Test]
    public async Task ReleaseClaims_ExceptSome_LeavesThem()
    {
        foreach (var id in new[] { "held", "lost" }) await Store.AddAsync(NewMessage(id), NewDelivery(NewMessage(id)));
        await Store.ClaimAsync(Start, limit: 2, node: 1);
        var held = (await Store.ListDeliveriesAsync(NewMessage("held").Key))[0];
        Assert.That(await Store.WriteAsync(t => t.ReleaseClaimsAsync(1, Start, 10, [held.Id])), Has.Count.EqualTo(1));
        Assert.That((await Store.ListDeliveriesAsync(NewMessage("held").Key))[0], Is.EqualTo(held));
        Assert.That((await Store.ListDeliveriesAsync(NewMessage("lost").Key))[0].State, Is.EqualTo(DeliveryState.Queued));
    }

    [Test]
    public async Task FindNextDue_IsTheFirstInstantAfterThisOne_AmongWhatWaits()
    {
        var (soon, later) = (NewMessage("soon"), NewMessage("later"));
        await Store.AddAsync(later, NewDelivery(later, due: Start.AddHours(2)), NewDelivery(later, Other, due: Start.AddMinutes(1)));
        await Store.AddAsync(soon with { Priority = 4 }, NewDelivery(soon, due: Start.AddHours(1)));
        var recipient = NewDelivery(soon).Recipient;
        var due = NewMessage("due");
        await Store.AddAsync(due, NewDelivery(due));
        await using var transaction = await Store.BeginAsync();
        Assert.That(await transaction.FindNextDueAsync(recipient, Start), Is.EqualTo(Start.AddHours(1)));
        Assert.That(await transaction.FindNextDueAsync(recipient, Start.AddHours(1)), Is.EqualTo(Start.AddHours(2)));
        Assert.That(await transaction.FindNextDueAsync(recipient, Start.AddHours(2)), Is.Null);
        Assert.That(await transaction.FindNextDueAsync(Sender, Start), Is.Null);
    }

    [Test]
    public async Task FindNextDue_AfterAClaimInTheSameTransaction_KnowsWhatItLeft()
    {
        var (now, later) = (NewMessage("now"), NewMessage("later"));
        await Store.AddAsync(now, NewDelivery(now));
        await Store.AddAsync(later, NewDelivery(later, due: Start.AddSeconds(30)));
        var recipient = NewDelivery(now).Recipient;
        await using var transaction = await Store.BeginAsync();
        var claimed = await transaction.ClaimAsync(recipient, Start, Start.AddMinutes(1), 10, node: 1);
        Assert.That(claimed, Has.Count.EqualTo(1));
        Assert.That(await transaction.FindNextDueAsync(recipient, Start), Is.EqualTo(Start.AddSeconds(30)));
        await transaction.UpdateDeliveryAsync(claimed[0] with { State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Due = Start.AddSeconds(5), Changed = Start });
        Assert.That(await transaction.FindNextDueAsync(recipient, Start), Is.EqualTo(Start.AddSeconds(5)));
    }

    [Test]
    public async Task ReleaseClaims_MoreThanTenTimes_CountsAsAttempts()
    {
        await Store.AddAsync(NewMessage("a"));
        List<int> attempts = [];
        for (var i = 1; i <= 13; i++)
        {
            await Store.ClaimAsync(Start.AddSeconds(i), duration: TimeSpan.FromHours(1), node: 1);
            await Store.WriteAsync(t => t.ReleaseClaimsAsync(1, Start.AddSeconds(i), 10));
            attempts.Add((await Store.ListDeliveriesAsync(NewMessage("a").Key))[0].Attempts);
        }

        Assert.That(attempts, Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3 }));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("zz-00")]
    [TestCase("ffffffffffffffffffffffff-00")]
    [TestCase("1-00000000000000000000000000000000")]
    public async Task FindClaim_NotAToken_IsNull(string token)
    {
        await Store.AddAsync(NewMessage("a"));
        await Store.ClaimAsync(Start);
        Assert.That(await Store.WriteAsync(t => t.FindClaimAsync(token)), Is.Null);
    }

    [Test]
    public async Task UpdateDelivery_BackToQueued_IsClaimableWhenDue()
    {
        await Store.AddAsync(NewMessage("a"));
        var claimed = (await Store.ClaimAsync(Start))[0];
        var retry = claimed with { State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Due = Start.AddMinutes(30), Changed = Start.AddSeconds(1) };
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(retry));
        Assert.That(await Store.ClaimAsync(Start.AddMinutes(29)), Is.Empty);
        Assert.That((await Store.ClaimAsync(Start.AddMinutes(30)))[0].Attempts, Is.EqualTo(2));
    }

    [TestCase(DeliveryState.Delivered)]
    [TestCase(DeliveryState.Acknowledged)]
    [TestCase(DeliveryState.Dead)]
    [TestCase(DeliveryState.Expired)]
    [TestCase(DeliveryState.Cancelled)]
    public async Task Claim_SettledDelivery_IsNeverTaken(DeliveryState state)
    {
        var message = NewMessage("a") with { Expires = Start.AddMinutes(1) };
        await Store.AddAsync(message);
        var claimed = (await Store.ClaimAsync(Start))[0];
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed with { State = state }));
        Assert.That(await Store.ClaimAsync(Start.AddDays(9)), Is.Empty);
        Assert.That(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start.AddDays(9), 10)), Is.Empty);
        Assert.That(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddDays(9), 10)), Is.Empty);
    }

    [Test]
    public async Task RecipientsDue_AreThoseWithSomethingToClaim()
    {
        var (now, later) = (NewMessage("now"), NewMessage("later"));
        await Store.AddAsync(now, NewDelivery(now), NewDelivery(now, Sender));
        await Store.AddAsync(later, NewDelivery(later, Other, Start.AddMinutes(5)));
        await Store.ClaimAsync(Start, recipient: Sender);
        Assert.That(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10)), Is.EquivalentTo(new[] { Receiver }));
        Assert.That(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start.AddMinutes(5), 10)), Is.EquivalentTo(new[] { Receiver, Other, Sender }));
    }

    [Test]
    public async Task RecipientsDue_MoreThanTheLimit_TakeTurns()
    {
        var recipients = Enumerable.Range(0, 5).Select(SystemAddressOf).ToArray();
        var message = NewMessage("a");
        await Store.AddAsync(message, [.. recipients.Select(r => NewDelivery(message, r))]);
        var seen = new HashSet<Hub.Contracts.Addresses.SystemAddress>();
        for (var turn = 0; turn < 3; turn++) seen.UnionWith(await Store.WriteAsync(t => t.ListRecipientsDueAsync(Start, 2)));
        Assert.That(seen, Is.EquivalentTo(recipients));
    }

    [Test]
    public async Task ListExpired_QueuedOrClaimEnded_OfMessagesThatExpired()
    {
        var (expired, claimed, open) = (NewMessage("expired"), NewMessage("claimed"), NewMessage("open"));
        await Store.AddAsync(claimed with { Expires = Start.AddMinutes(1) }, NewDelivery(claimed, Other));
        await Store.AddAsync(expired with { Expires = Start.AddMinutes(1) });
        await Store.AddAsync(open);
        await Store.ClaimAsync(Start, recipient: Other, duration: TimeSpan.FromMinutes(10));
        Assert.That(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddMinutes(1).AddTicks(-1), 10)), Is.Empty);
        Assert.That(await IdsAsync(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddMinutes(1), 10))), Is.EqualTo(new[] { "expired" }));
        Assert.That(await IdsAsync(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddMinutes(10), 10))), Is.EquivalentTo(new[] { "expired", "claimed" }));
        Assert.That(await Store.WriteAsync(t => t.ListExpiredAsync(Start.AddMinutes(10), 1)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Statistics_FollowEveryChangeOfState()
    {
        await Store.AddAsync(NewMessage("a"));
        await Store.AddAsync(NewMessage("b", accepted: Start.AddSeconds(1)));
        await Store.AddAsync(NewMessage("c", accepted: Start.AddSeconds(2)));
        var claimed = await Store.ClaimAsync(Start.AddSeconds(9), limit: 2);
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed[0] with { State = DeliveryState.Dead }));
        await using (var rolledBack = await Store.BeginAsync()) await rolledBack.UpdateDeliveryAsync(claimed[1] with { State = DeliveryState.Dead });

        var statistics = await Store.ReadStatisticsAsync();
        Assert.That(statistics.Messages, Is.EqualTo(3));
        Assert.That(statistics.Deliveries[DeliveryState.Queued], Is.EqualTo(1));
        Assert.That(statistics.Deliveries[DeliveryState.Claimed], Is.EqualTo(1));
        Assert.That(statistics.Deliveries[DeliveryState.Dead], Is.EqualTo(1));
        Assert.That(statistics.OldestQueued, Is.EqualTo(Start.AddSeconds(2)));
    }

    private protected async Task<string[]> IdsAsync(IReadOnlyList<DeliveryRecord> deliveries)
    {
        var ids = new string[deliveries.Count];
        for (var i = 0; i < ids.Length; i++) ids[i] = (await Store.FindMessageAsync(deliveries[i].Message))!.Id;
        return ids;
    }
}
