using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;
using static Hub.Tests.Delivery.Reorganised;

namespace Hub.Tests.Delivery;

/// <summary>What becomes of messages to an agency that closes: each rule of the guide, one test.</summary>
public sealed class When_an_agency_is_reorganised
{
    private DeliveryBench _bench = null!;

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_send_new_messages_to_the_successor_from_the_instant_on()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        _bench.AdvanceTo(On.AddMilliseconds(-1));
        var before = await _bench.AcceptAsync("before", [new Recipient(RecipientAddress.Parse("H06.50"))]);
        _bench.AdvanceTo(On);
        var agency = await _bench.AcceptAsync("agency", [new Recipient(RecipientAddress.Parse("H06.50"), RecipientRole.Info)]);
        var system = await _bench.AcceptAsync("system", District);

        Assert.That(await _bench.StandingAsync(before), Is.EqualTo(new[] { "H06.50/qlvb Queued agency:H06.50" }));
        Assert.That(await _bench.StandingAsync(agency), Is.EqualTo(new[] { "H06.51/qlvb Queued successor-of:H06.50" }));
        Assert.That(await _bench.StandingAsync(system), Is.EqualTo(new[] { "H06.51/qlvb Queued successor-of:H06.50" }));
        Assert.That((await _bench.DeliveryAsync(agency)).Role, Is.EqualTo(RecipientRole.Info));
    }

    [Test]
    public async Task Should_say_in_the_acceptance_from_where_and_by_which_reorganisation()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        _bench.AdvanceTo(On);
        var key = await _bench.AcceptAsync("1", [new Recipient(RecipientAddress.Parse("H06.50")), new Recipient(RecipientAddress.Parse("H06.41/qlvb"))]);
        var body = JsonNode.Parse((await _bench.Store.ListEntriesAsync(key))[0].Body!.Value.Span)!;
        Assert.That(body["recipients"]![0]!.ToJsonString(), Is.EqualTo(
            """{"redirectedFrom":"H06.50/qlvb","reorganisation":"merge-h06.50-20260312","role":"main","system":"H06.51/qlvb","why":"successor-of:H06.50"}"""));
        Assert.That(body["recipients"]![1]!.ToJsonString(), Is.EqualTo("""{"role":"main","system":"H06.41/qlvb","why":"direct"}"""));
        Assert.That((long)body["registry"]!, Is.EqualTo(_bench.Registry.Current.Version));
    }

    [Test]
    public async Task Should_judge_redirected_messages_by_the_address_that_was_written()
    {
        var content = Content(Merge(District, North)) with { Rights = [new Right("H06/qlvb", ["vn.document.v1"], "H06.50/qlvb")] };
        _bench = await StartAsync(content);
        _bench.AdvanceTo(On);
        var key = await _bench.AcceptAsync("1", District);
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.51/qlvb Queued successor-of:H06.50" }));
        Assert.That(CodeOf(() => _bench.AcceptAsync("2", District, type: "vn.note.v1")), Is.EqualTo("not-allowed"), "another service");
        Assert.That(CodeOf(() => _bench.AcceptAsync("3", North)), Is.EqualTo("not-allowed"), "the successor itself, which no right names");
    }

    [Test]
    public async Task Should_refuse_new_messages_naming_the_successors_when_that_is_the_policy()
    {
        _bench = await StartAsync(Content(Merge(District, North, policy: ClosedPolicy.Refuse)));
        _bench.AdvanceTo(On);
        var refused = Assert.ThrowsAsync<ProblemException>(() => _bench.AcceptAsync("1", District))!;
        Assert.That(refused.Code, Is.EqualTo(ProblemCode.RecipientClosed));
        Assert.That(refused.Problem.Items.Single().Detail, Does.Contain("H06.51"));
    }

    [Test]
    public async Task Should_move_what_waits_to_the_successor_once()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", [new Recipient(RecipientAddress.Parse("H06.50"), RecipientRole.Info)]);
        await _bench.SweepAsync();
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Queued agency:H06.50" }), "not before its instant");

        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        await _bench.SweepAsync();

        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Cancelled agency:H06.50", "H06.51/qlvb Queued successor-of:H06.50" }));
        var (old, moved) = (await _bench.DeliveryToAsync(key, District), await _bench.DeliveryToAsync(key, North));
        Assert.That((old.LastProblem, moved.Role, moved.Due, moved.Since), Is.EqualTo(("recipient-closed", RecipientRole.Info, On.ToUniversalTime(), (DateTimeOffset?)On)));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.redirected" }));
        var body = JsonNode.Parse((await _bench.Store.ListEntriesAsync(key))[1].Body!.Value.Span)!;
        Assert.That(body.ToJsonString(), Is.EqualTo(
            $$"""{"attempt":0,"delivery":{{old.Id}},"newDelivery":{{moved.Id}},"recipient":"H06.50/qlvb","reorganisation":"merge-h06.50-20260312","to":"H06.51/qlvb","why":"successor-of:H06.50"}"""));

        var claim = (await _bench.ClaimAsync(North)).Single();
        var statement = DeliveryStatement.Verify(claim.Statement, _bench.Keys.StatementVerifier);
        Assert.That((statement.Message, statement.Recipient, statement.Why, statement.Role), Is.EqualTo((key, North, "successor-of:H06.50", RecipientRole.Info)));
        Assert.That(await _bench.FailuresAsync(), Is.Empty);
    }

    [Test]
    public async Task Should_move_what_is_held_back_and_keep_its_time()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District, notBefore: On.AddDays(3));
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That((await _bench.DeliveryToAsync(key, North)).Due, Is.EqualTo(On.AddDays(3)));
        Assert.That(await _bench.ClaimAsync(North), Is.Empty);
    }

    [Test]
    public async Task Should_only_end_the_old_delivery_when_the_successor_has_the_message()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", [new Recipient(RecipientAddress.Parse("H06.50")), new Recipient(RecipientAddress.Parse("H06.51"))]);
        var taken = (await _bench.ClaimAsync(North)).Single();
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Cancelled agency:H06.50", "H06.51/qlvb Claimed agency:H06.51" }));
        Assert.That((await _bench.DeliveryToAsync(key, North)).Claim, Is.EqualTo(taken.Claim));
    }

    [Test]
    public async Task Should_follow_a_row_of_successors()
    {
        _bench = await StartAsync(Content(Merge(District, North), Merge(North, South, On.AddDays(5))));
        var (early, late) = (await _bench.AcceptAsync("early", District), await _bench.AcceptAsync("late", District, notBefore: On.AddDays(9)));
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        _bench.AdvanceTo(On.AddDays(5));
        await _bench.SweepAsync();
        var fresh = await _bench.AcceptAsync("fresh", District);

        string[] way = ["H06.50/qlvb Cancelled direct", "H06.51/qlvb Cancelled successor-of:H06.50", "H06.52/qlvb Queued successor-of:H06.51"];
        Assert.That(await _bench.StandingAsync(early), Is.EqualTo(way));
        Assert.That(await _bench.StandingAsync(late), Is.EqualTo(way));
        Assert.That((await _bench.StandingAsync(fresh)).Single(), Does.StartWith("H06.52/qlvb Queued"));
    }

    [Test]
    public async Task Should_take_a_message_back_when_the_agency_is_opened_again_and_its_successor_closes()
    {
        _bench = await StartAsync(Content(Merge(District, North), Reopen(District, On.AddDays(5)), Merge(North, District, On.AddDays(6))));
        var key = await _bench.AcceptAsync("1", District);
        foreach (var day in new[] { 0, 5, 6, 7 })
        {
            _bench.AdvanceTo(On.AddDays(day));
            await _bench.SweepAsync();
        }

        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Queued successor-of:H06.51", "H06.51/qlvb Cancelled successor-of:H06.50" }));
        Assert.That((await _bench.ClaimAsync(District)).Single().Message.Key, Is.EqualTo(key));
    }

    [Test]
    public async Task Should_move_only_the_scope_that_was_split_off()
    {
        _bench = await StartAsync(Content(Split(District, closes: false, (North, "vn.note.v1"))));
        var (document, note) = (await _bench.AcceptAsync("document", District), await _bench.AcceptAsync("note", District, type: "vn.note.v1"));
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That(await _bench.StandingAsync(document), Is.EqualTo(new[] { "H06.50/qlvb Queued direct" }));
        Assert.That(await _bench.StandingAsync(note), Is.EqualTo(new[] { "H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50" }));
        Assert.That((await _bench.ClaimAsync(District)).Single().Message.Key, Is.EqualTo(document));
    }

    [TestCase("refuse")]
    [TestCase("several")]
    [TestCase("end-to-end")]
    [TestCase("no system")]
    [TestCase("no successor")]
    [TestCase("interval")]
    public async Task Should_end_what_waits_and_tell_the_sender_when_nobody_gets_it(string why)
    {
        var content = Content(why switch
        {
            "refuse" => [Merge(District, North, policy: ClosedPolicy.Refuse)],
            "several" => [Split(District, closes: true, (North, "*"), (South, "*"))],
            "no successor" => [Act(new ReorganisationAct { Act = ActKind.Dissolve, Agency = District.Agency })],
            "interval" => [],
            _ => [Merge(District, North)],
        });
        if (why == "end-to-end") content = content with { Services = [.. content.Services.Select(s => s with { Confidentiality = Confidentiality.EndToEnd })] };
        if (why == "no system") content = content with { Systems = [.. content.Systems.Select(s => s.Address == North ? s with { Receives = [] } : s)] };
        if (why == "interval") content = content with { Agencies = [.. content.Agencies.Select(a => a.Code == District.Agency ? a with { ValidUntil = On } : a)] };
        _bench = await StartAsync(content);
        var key = await _bench.AcceptAsync("1", District, why == "end-to-end" ? SealedContent() : null);
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        await _bench.SweepAsync();

        var delivery = await _bench.DeliveryAsync(key);
        Assert.That((delivery.State, delivery.LastProblem), Is.EqualTo((DeliveryState.Dead, "recipient-closed")));
        Assert.That(await _bench.KindsAsync(key), Is.EqualTo(new[] { "message.accepted", "delivery.dead" }));
        var failure = (await _bench.FailuresAsync()).Single();
        Assert.That((failure.Message, failure.Recipient, failure.Code), Is.EqualTo((key, District, "recipient-closed")));
        if (why is "refuse" or "several" or "end-to-end" or "no system") Assert.That(failure.Reason, Does.Contain("H06.51"), "the successors are named");
    }

    private static Payload SealedContent()
    {
        using var rsa = RSA.Create(2048);
        var plain = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = "{}"u8.ToArray() };
        return SealedPayload.Seal(plain, PayloadEncryption.Jwe, [SealingKey.FromPem("e1", rsa.ExportSubjectPublicKeyInfoPem())]);
    }

    [Test]
    public async Task Should_move_what_waits_for_a_system_that_has_left_the_registry()
    {
        var content = Content(Merge(District, North));
        _bench = await StartAsync(content);
        var key = await _bench.AcceptAsync("1", District);
        _bench.AdvanceTo(On);
        _bench.Registry.Current = new RegistrySnapshot(2, content with { Systems = [.. content.Systems.Where(s => s.Address != District)] });
        await _bench.SweepAsync();
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50" }));
    }

    [Test]
    public async Task Should_send_replies_where_new_messages_go()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var asked = await _bench.AcceptAsync("asked", District);
        _bench.AdvanceTo(On);
        var reply = await _bench.AcceptAsync("reply", [new Recipient(RecipientAddress.Parse("H06.50/qlvb"))], inReplyTo: asked);
        Assert.That(await _bench.StandingAsync(reply), Is.EqualTo(new[] { "H06.51/qlvb Queued successor-of:H06.50" }));
    }

    [Test]
    public async Task Should_leave_what_is_held_to_its_holder()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        _bench.AdvanceTo(On.AddSeconds(-30));
        var keys = new List<MessageKey>();
        for (var i = 0; i < 4; i++) keys.Add(await _bench.AcceptAsync($"m{i}", District));
        var held = await _bench.ClaimAsync(District);
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That((await _bench.Store.ListDeliveriesAsync(keys[0])).Single().State, Is.EqualTo(DeliveryState.Claimed));

        await _bench.Mailbox.AckAsync(District, held[0].Claim);
        await _bench.Mailbox.NackAsync(District, held[1].Claim);
        await _bench.Mailbox.RenewAsync(District, held[2].Claim);
        _bench.Clock.Advance(TimeSpan.FromSeconds(45));
        await _bench.SweepAsync();

        Assert.That(await _bench.StandingAsync(keys[0]), Is.EqualTo(new[] { "H06.50/qlvb Delivered direct" }));
        Assert.That(await _bench.StandingAsync(keys[1]), Is.EqualTo(new[] { "H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50" }), "given back");
        Assert.That(await _bench.StandingAsync(keys[2]), Is.EqualTo(new[] { "H06.50/qlvb Claimed direct" }), "renewed");
        Assert.That(await _bench.StandingAsync(keys[3]), Is.EqualTo(new[] { "H06.50/qlvb Cancelled direct", "H06.51/qlvb Queued successor-of:H06.50" }), "its claim ended");
        Assert.That(CodeOf(async () => await _bench.Mailbox.AckAsync(District, held[3].Claim)), Is.EqualTo("claim-lost"));
    }

    [Test]
    public async Task Should_accept_the_signed_answer_of_a_closed_agency_to_what_it_took()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var key = await _bench.AcceptAsync("1", District);
        await _bench.TakeAllAsync(District);
        _bench.AdvanceTo(On.AddDays(2));
        await _bench.SweepAsync();
        var sha256 = (await _bench.Store.FindMessageAsync(key))!.Sha256;
        await _bench.AcknowledgeAsync(District, new Acknowledgement(key, sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow(), null));
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.50/qlvb Acknowledged direct" }));
    }

    [Test]
    public async Task Should_give_a_closed_agency_nothing_but_the_protocol_even_before_the_sweep()
    {
        _bench = await StartAsync(Content(Merge(Sender, North)));
        var refused = await _bench.AcceptAsync("1", Puller);
        var waiting = await _bench.AcceptAsync("2", Sender);
        _bench.AdvanceTo(On);
        await _bench.Mailbox.AckAsync(Puller, (await _bench.ClaimAsync(Puller)).Single().Claim, new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận"));

        var answer = (await _bench.TakeAllAsync(Sender)).Single();
        Assert.That((answer.Type, answer.InReplyTo!.Key), Is.EqualTo((MessageType.Acknowledgement, refused)));
        Assert.That(await _bench.StandingAsync(waiting), Is.EqualTo(new[] { "H06/qlvb Queued direct" }));
    }

    [Test]
    public async Task Should_leave_the_protocol_with_the_closed_agency()
    {
        _bench = await StartAsync(Content(Merge(Sender, North)));
        await _bench.AcceptAsync("1", Puller);
        await _bench.Mailbox.AckAsync(Puller, (await _bench.ClaimAsync(Puller)).Single().Claim, new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận"));
        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        Assert.That((await _bench.TakeAllAsync(Sender)).Single().Type, Is.EqualTo(MessageType.Acknowledgement));
    }

    [Test]
    public async Task Should_let_a_closed_agency_send_nothing_new()
    {
        _bench = await StartAsync(Content(Merge(Sender, North)));
        _bench.AdvanceTo(On.AddMilliseconds(-1));
        await _bench.AcceptAsync("1", Puller);
        _bench.AdvanceTo(On);
        Assert.That(CodeOf(() => _bench.AcceptAsync("2", Puller)), Is.EqualTo("not-allowed"));
    }

    [Test]
    public async Task Should_say_once_in_the_log_that_it_took_effect()
    {
        _bench = await StartAsync(Content(Merge(District, North), Merge(North, South, On.AddDays(5))));
        foreach (var day in new[] { -1, 0, 1, 5, 6 })
        {
            _bench.AdvanceTo(On.AddDays(day));
            await _bench.SweepAsync();
            if (day == 1) await _bench.CrashAndRestartAsync();
        }

        var said = (await _bench.Store.ListEntriesAsync(0, 100)).Where(e => e.ParseHeader().Kind == EntryKinds.RegistryReorganised).ToList();
        Assert.That(said.Select(e => (string?)JsonNode.Parse(e.Body!.Value.Span)!["reorganisation"]), Is.EqualTo(new[] { "merge-h06.50-20260312", "merge-h06.51-20260317" }));
        Assert.That(said[0].ParseHeader().Time, Is.EqualTo((DateTimeOffset)On.ToUniversalTime()));
    }
}
