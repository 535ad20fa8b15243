using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    private static readonly MessageType Report = MessageType.Parse("vn.report.v2");

    // Ten messages a minute apart: even ones from Sender, odd ones from Other; every third to Other too (where it did not send).
    private async Task AddTenAsync()
    {
        for (var i = 0; i < 10; i++)
        {
            var message = NewMessage($"m{i}", i % 2 == 0 ? Sender : Other, Start.AddMinutes(i)) with
            {
                Type = i < 5 ? Document : Report,
                Conversation = i % 4 == 0 ? "c" : null,
            };
            var deliveries = new List<DeliveryRecord> { NewDelivery(message) };
            if (i % 3 == 0) deliveries.Add(NewDelivery(message, Other));
            await Store.AddAsync(message, [.. deliveries]);
        }
    }

    private static readonly TestCaseData[] Filters =
    [
        new TestCaseData(new MessageQuery(), "9876543210").SetName("ListMessages_NoFilter"),
        new TestCaseData(new MessageQuery { From = Sender }, "86420").SetName("ListMessages_From"),
        new TestCaseData(new MessageQuery { Recipient = Other }, "9630").SetName("ListMessages_Recipient"),
        new TestCaseData(new MessageQuery { Type = Report }, "98765").SetName("ListMessages_Type"),
        new TestCaseData(new MessageQuery { Conversation = "c" }, "840").SetName("ListMessages_Conversation"),
        new TestCaseData(new MessageQuery { State = DeliveryState.Queued }, "987654").SetName("ListMessages_StateQueued"),
        new TestCaseData(new MessageQuery { State = DeliveryState.Claimed }, "30").SetName("ListMessages_StateClaimed"),
        new TestCaseData(new MessageQuery { State = DeliveryState.Acknowledged }, "3210").SetName("ListMessages_StateAcknowledged"),
        new TestCaseData(new MessageQuery { State = DeliveryState.Dead }, "").SetName("ListMessages_StateOfNone"),
        new TestCaseData(new MessageQuery { Since = Start.AddMinutes(7) }, "987").SetName("ListMessages_SinceInclusive"),
        new TestCaseData(new MessageQuery { Until = Start.AddMinutes(2) }, "10").SetName("ListMessages_UntilExclusive"),
        new TestCaseData(new MessageQuery { From = Sender, Since = Start.AddMinutes(1), Until = Start.AddMinutes(6) }, "42").SetName("ListMessages_FromWithin"),
        new TestCaseData(new MessageQuery { Recipient = Other, Type = Document }, "30").SetName("ListMessages_RecipientAndType"),
        new TestCaseData(new MessageQuery { Recipient = Other, State = DeliveryState.Claimed, From = Sender }, "0").SetName("ListMessages_RecipientStateAndSender"),
        new TestCaseData(new MessageQuery { VisibleTo = Other }, "9765310").SetName("ListMessages_VisibleAsSenderOrRecipient"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, From = Sender }, "60").SetName("ListMessages_VisibleAndFrom"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, From = Other }, "97531").SetName("ListMessages_VisibleAndFromItself"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, Recipient = Receiver, Type = Report }, "9765").SetName("ListMessages_VisibleRecipientAndType"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, Recipient = Other }, "9630").SetName("ListMessages_VisibleAndToItself"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, Conversation = "c" }, "0").SetName("ListMessages_VisibleConversation"),
        new TestCaseData(new MessageQuery { VisibleTo = SystemAddress.Parse("H99/none") }, "").SetName("ListMessages_VisibleToAStranger"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, State = DeliveryState.Acknowledged }, "31").SetName("ListMessages_VisibleAndState_ARecipientsOwnOnly"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, State = DeliveryState.Queued }, "9765").SetName("ListMessages_VisibleAndStateQueued"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, Recipient = Other, State = DeliveryState.Claimed }, "30").SetName("ListMessages_VisibleToItselfAndState"),
        new TestCaseData(new MessageQuery { VisibleTo = Other, Recipient = Receiver, State = DeliveryState.Acknowledged }, "31").SetName("ListMessages_VisibleOthersStateIsHidden"),
        new TestCaseData(new MessageQuery { From = SystemAddress.Parse("H99/none") }, "").SetName("ListMessages_FromAStranger"),
    ];

    [TestCaseSource(nameof(Filters))]
    public async Task ListMessages_Filtered_GivesNewestFirstPageByPage(MessageQuery query, string expected)
    {
        await AddTenAsync();
        var claimed = await Store.ClaimAsync(Start.AddMinutes(3));
        foreach (var delivery in claimed) await Store.WriteAsync(t => t.UpdateDeliveryAsync(delivery with { State = DeliveryState.Acknowledged }));
        await Store.ClaimAsync(Start.AddMinutes(3), recipient: Other);

        foreach (var limit in new[] { 1, 3, 200 })
        {
            var (found, cursor) = ("", (string?)null);
            do
            {
                var page = await Store.ListMessagesAsync(query with { Limit = limit, Cursor = cursor });
                Assert.That(page.Items, Has.Count.LessThanOrEqualTo(limit));
                Assert.That(page.Next is null || page.Items.Count == limit || ShortPages);
                Assert.That(page.Next, Is.Null.Or.Not.EqualTo(cursor), "a page gets on");
                found += string.Concat(page.Items.Select(m => m.Id[1..]));
                cursor = page.Next;
            }
            while (cursor is not null);
            Assert.That(found, Is.EqualTo(expected), $"pages of {limit}");
        }
    }

    [TestCase(-1, "")]
    [TestCase(0, "held")]
    public async Task ListMessages_HeldBack_AreListedForTheRecipientFromThenOn(int seconds, string expected)
    {
        var notBefore = Start.AddHours(1);
        var message = NewMessage("held") with { NotBefore = notBefore };
        await Store.AddAsync(message, NewDelivery(message, due: notBefore), NewDelivery(message, Other, notBefore));
        var at = notBefore.AddSeconds(seconds);
        foreach (var query in new[] { new MessageQuery(), new MessageQuery { Recipient = Receiver }, new MessageQuery { State = DeliveryState.Queued }, new MessageQuery { Recipient = Other } })
            Assert.That(await IdsAsync(query with { VisibleTo = Receiver, VisibleAt = at }), Is.EqualTo(expected), $"{query}");
        Assert.That(await IdsAsync(new MessageQuery { VisibleTo = Sender, VisibleAt = at, State = DeliveryState.Queued }), Is.EqualTo("held"));
        Assert.That(await IdsAsync(new MessageQuery()), Is.EqualTo("held"));
    }

    [Test]
    public async Task ListMessages_HeldBackToItself_IsListedForTheSender()
    {
        var message = NewMessage("self") with { NotBefore = Start.AddHours(1) };
        await Store.AddAsync(message, NewDelivery(message, Sender, Start.AddHours(1)));
        foreach (var query in new[] { new MessageQuery(), new MessageQuery { Recipient = Sender }, new MessageQuery { From = Sender } })
            Assert.That(await IdsAsync(query with { VisibleTo = Sender, VisibleAt = Start }), Is.EqualTo("self"), $"{query}");
    }

    private async Task<string> IdsAsync(MessageQuery query) => string.Concat((await Store.WalkAsync(query)).Select(m => m.Id));

    [Test]
    public async Task ListMessages_AcceptedAtOneInstant_AreAllListedOnce()
    {
        for (var i = 0; i < 7; i++) await Store.AddAsync(NewMessage($"m{i}"));
        var (found, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = await Store.ListMessagesAsync(new MessageQuery { Limit = 2, Cursor = cursor });
            found.AddRange(page.Items.Select(m => m.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.That(found, Is.EqualTo(new[] { "m6", "m5", "m4", "m3", "m2", "m1", "m0" }));
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void Lists_ForeignCursor_IsRefused(string cursor)
    {
        var messages = Assert.ThrowsAsync<ProblemException>(async () => await Store.ListMessagesAsync(new MessageQuery { Cursor = cursor }));
        var deliveries = Assert.ThrowsAsync<ProblemException>(async () => await Store.ListDeliveriesAsync(DeliveryState.Dead, null, cursor, 10));
        Assert.That(messages!.Code, Is.EqualTo(ProblemCode.InvalidRequest));
        Assert.That(deliveries!.Code, Is.EqualTo(ProblemCode.InvalidRequest));
    }

    [TestCase(DeliveryState.Dead)]
    [TestCase(DeliveryState.Delivered)]
    public async Task ListDeliveries_InAState_OldestMessageFirstPageByPage(DeliveryState state)
    {
        await AddTenAsync();
        foreach (var recipient in new[] { Other, Receiver })
        {
            foreach (var claimed in (await Store.ClaimAsync(Start.AddHours(1), recipient: recipient)).Reverse())
                await Store.WriteAsync(t => t.UpdateDeliveryAsync(claimed with { State = state }));
        }

        Assert.That(await PagesAsync(state, Other), Is.EqualTo("0369"));
        Assert.That(await PagesAsync(state, Receiver), Is.EqualTo("0123456789"));
        Assert.That(await PagesAsync(state, null), Is.EqualTo("00123345667899"));
        Assert.That(await PagesAsync(state, SystemAddress.Parse("H99/none")), Is.Empty);
        Assert.That(await PagesAsync(DeliveryState.Queued, null), Is.Empty);
    }

    private async Task<string> PagesAsync(DeliveryState state, SystemAddress? recipient)
    {
        var (found, cursor) = ("", (string?)null);
        do
        {
            var page = await Store.ListDeliveriesAsync(state, recipient, cursor, 3);
            Assert.That(page.Items.Select(d => d.State), Is.All.EqualTo(state));
            found += string.Concat((await IdsAsync(page.Items)).Select(id => id[1..]));
            cursor = page.Next;
        }
        while (cursor is not null);
        return found;
    }
}
