using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Tests.Pressure;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Intake;

/// <summary>The way in on a full disk, and beside the sweep of uploads.</summary>
[TestFixture]
public sealed class IntakePressureTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task AcceptAsync_DiskBelowItsWatermark_IsUnavailableWithRetryAfter_UntilThereIsRoom()
    {
        _bench.Disk.Space = FixedDisk.Full;
        var problem = await _bench.RefusedAsync(Document("a-1"));
        Assert.That((problem.Code, problem.RetryAfter), Is.EqualTo((ProblemCode.Unavailable, (TimeSpan?)TimeSpan.FromSeconds(30))));
        _bench.Disk.Space = FixedDisk.Roomy;
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await _bench.SendAsync(Document("a-1"))).Duplicate, Is.False);
    }

    [Test]
    public async Task AcceptAsync_DiskBelowItsWatermark_AcknowledgementsAndRetriesAreTaken()
    {
        var sent = await _bench.SendAsync(Document("a-1"));
        var message = (await _bench.Store.FindMessageAsync(sent.Key))!;
        _bench.Disk.Space = FixedDisk.Full;
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await _bench.SendAsync(Document("a-1"))).Duplicate);
        var answer = new Acknowledgement(message.Key, message.Sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow());
        await _bench.SendAsync(Document("b-1", Province.ToString()) with { From = Commune, Type = MessageType.Acknowledgement, Subject = null, Payload = answer.ToPayload() });
        Assert.That((await _bench.Store.ListDeliveriesAsync(message.Key)).Single().State, Is.EqualTo(DeliveryState.Acknowledged));
    }

    [Test]
    public async Task AcceptAsync_UploadedAttachment_NoLongerCountsAsUnnamed()
    {
        var envelope = WithUpload("a-1");
        await _bench.SendAsync(envelope);
        Assert.That(_bench.Uploads.Kept, Is.EqualTo(new[] { new UploadName(Province, envelope.Attachments[0].Sha256) }));
    }

    [Test]
    public async Task AcceptAsync_UploadExpiresBetweenCheckAndCommit_IsUploadIncomplete()
    {
        var envelope = WithUpload("a-1");
        _bench.Uploads.AfterFind = () => _bench.Uploads.Remove(new UploadName(Province, envelope.Attachments[0].Sha256));
        Assert.That((await _bench.RefusedAsync(envelope)).Code, Is.EqualTo(ProblemCode.UploadIncomplete));
    }

    [Test]
    public async Task AcceptAsync_AboveItsQuota_IsRateLimitedUntilTheNextOneIsDue()
    {
        await GiveQuotaAsync("sendRate: 2, sendBurst: 2");
        await _bench.SendAsync(Document("a-1"));
        await _bench.SendAsync(Document("a-2"));
        var problem = await _bench.RefusedAsync(Document("a-3"));
        Assert.That((problem.Code, problem.RetryAfter), Is.EqualTo((ProblemCode.RateLimited, (TimeSpan?)TimeSpan.FromMilliseconds(500))));
        _bench.Clock.Advance(TimeSpan.FromMilliseconds(500));
        var system = _bench.Registry.Current.FindSystem(Province)!;
        Assert.That(_bench.Intake.Quotas.Look(system), Is.Null);
        Assert.That(_bench.Intake.Quotas.Look(system), Is.Null, "looking takes nothing");
        await _bench.SendAsync(Document("a-3"));
        Assert.That(_bench.Intake.Quotas.Look(system), Is.EqualTo(TimeSpan.FromMilliseconds(500)));
        Assert.That((await _bench.RefusedAsync(Document("a-4"))).Code, Is.EqualTo(ProblemCode.RateLimited));
    }

    [Test]
    public async Task AcceptAsync_AboveItsQuota_AcknowledgementsAreTakenAndNotCounted()
    {
        var sent = await _bench.SendAsync(Document("a-1"));
        var message = (await _bench.Store.FindMessageAsync(sent.Key))!;
        await GiveQuotaAsync("sendRate: 1, sendBurst: 1");
        var answer = new Acknowledgement(message.Key, message.Sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow());
        await _bench.SendAsync(Answer("b-1", answer));
        await _bench.SendAsync(FromCommune("b-2"));
        Assert.That((await _bench.RefusedAsync(FromCommune("b-3"))).Code, Is.EqualTo(ProblemCode.RateLimited));
        Assert.That((await _bench.SendAsync(Answer("b-1", answer))).Duplicate);
    }

    [Test]
    public async Task AcceptAsync_AboveItsQuota_WhatOnlySaysThatItIsAnAcknowledgementSoonPassesNoMore()
    {
        await GiveQuotaAsync("sendRate: 1, sendBurst: 1");
        await _bench.SendAsync(Document("a-1"));
        var sent = await _bench.SendAsync(FromCommune("b-1"));
        var forged = Answer("f", new Acknowledgement(sent.Key, new string('0', 64), AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow()));
        var codes = new List<ProblemCode>();
        for (var i = 0; i < 51; i++) codes.Add((await _bench.RefusedAsync(forged with { Id = $"f-{i}" })).Code);
        Assert.That(codes.Take(50), Has.None.EqualTo(ProblemCode.RateLimited));
        Assert.That(codes[50], Is.EqualTo(ProblemCode.RateLimited));
    }

    [Test]
    public async Task AcceptAsync_RecipientLetsTooMuchLie_IsUnavailableWithItsName_UntilNineTenthsAreLeft()
    {
        await GiveQuotaAsync("maxQueued: 10");
        for (var i = 0; i < 10; i++) await _bench.SendAsync(Document($"a-{i}"));
        await _bench.Backlog.RefreshAsync();
        var problem = await _bench.RefusedAsync(Document("a-10", "H06.40.01", "H06.40"));
        Assert.That((problem.Code, problem.RetryAfter), Is.EqualTo((ProblemCode.Unavailable, (TimeSpan?)TimeSpan.FromSeconds(30))));
        Assert.That(problem.Items.Select(static i => i.Subject), Is.EqualTo(new[] { Commune.ToString() }));
        Assert.That((await _bench.SendAsync(Document("a-0"))).Duplicate, "what has its receipt gets it");
        await _bench.SendAsync(Document("elsewhere", "H06.40"));

        await AcknowledgeAsync("a-0");
        await _bench.Backlog.RefreshAsync();
        await _bench.SendAsync(Document("a-10"));
    }

    [Test]
    public async Task AcceptAsync_OneMemberOfAGroupLetsTooMuchLie_TheGroupIsServedUntilThatHasTwiceItsBound()
    {
        await GiveQuotaAsync("maxQueued: 10");
        for (var i = 0; i < 10; i++) await _bench.SendAsync(Document($"a-{i}"));
        await _bench.Backlog.RefreshAsync();
        Assert.That((await _bench.RefusedAsync(Document("direct"))).Code, Is.EqualTo(ProblemCode.Unavailable));
        Assert.That((await _bench.RefusedAsync(Document("both", "group:communes", "H06.40.01"))).Code, Is.EqualTo(ProblemCode.Unavailable), "named besides");
        Assert.That((await _bench.RefusedAsync(Document("both", "H06.40.01", "group:communes"))).Code, Is.EqualTo(ProblemCode.Unavailable), "named before");
        for (var i = 0; i < 10; i++) await _bench.SendAsync(Document($"g-{i}", "group:communes"));
        await _bench.Backlog.RefreshAsync();
        var problem = await _bench.RefusedAsync(Document("g-10", "group:communes"));
        Assert.That(problem.Items.Select(static i => i.Subject), Is.EqualTo(new[] { Commune.ToString() }));
    }

    [Test]
    public async Task AcceptAsync_WholeHubHasTooMuchUnfinished_TakesAcknowledgementsOnly()
    {
        for (var i = 0; i < IntakeBench.MostOfHub; i++) await _bench.SendAsync(Document($"a-{i}"));
        await _bench.Backlog.RefreshAsync();
        Assert.That((await _bench.RefusedAsync(Document("more", "H06.40"))).Code, Is.EqualTo(ProblemCode.Unavailable));
        // Not yet: it opens at nine tenths, so that it does not flutter.
        await SettleAsync(9);
        await _bench.Backlog.RefreshAsync();
        Assert.That((await _bench.RefusedAsync(Document("more", "H06.40"))).Code, Is.EqualTo(ProblemCode.Unavailable));
        await AcknowledgeAsync("a-99");
        await SettleAsync(2);
        await _bench.Backlog.RefreshAsync();
        await _bench.SendAsync(Document("more", "H06.40"));
    }

    private Task SettleAsync(int count) => _bench.Committer.RunAsync(async scope =>
    {
        var now = _bench.Clock.GetUtcNow();
        var claimed = await scope.Transaction.ClaimAsync(Commune, now, now.AddMinutes(1), count);
        foreach (var one in claimed) await scope.Transaction.UpdateDeliveryAsync(one with { State = DeliveryState.Delivered });
        return claimed.Count;
    }).AsTask();

    private async Task AcknowledgeAsync(string id)
    {
        var message = (await _bench.Store.FindMessageAsync(Document(id).Key))!;
        await _bench.SendAsync(Answer($"ack-{id}", new Acknowledgement(message.Key, message.Sha256, AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow())));
    }

    private static Envelope FromCommune(string id) => Document(id, Province.ToString()) with { From = Commune };

    private static Envelope Answer(string id, Acknowledgement answer) =>
        FromCommune(id) with { Type = MessageType.Acknowledgement, Subject = null, Payload = answer.ToPayload() };

    /// <summary>The same quota for the province and the commune.</summary>
    private async Task GiveQuotaAsync(string quota) => await _bench.Registry.ImportAsync(
        _bench.Yaml.Replace("policy: {", $"policy: {{{quota}, ", StringComparison.Ordinal).Replace("name: Xã Một, receives", $"name: Xã Một, policy: {{{quota}}}, receives", StringComparison.Ordinal),
        "operator:test");

    private Envelope WithUpload(string id)
    {
        var sha256 = new string('a', 64);
        _bench.Uploads.Put(Province, sha256, size: 5_000_000, offset: 5_000_000);
        return Document(id) with { Attachments = [new Attachment { Name = "phu-luc.pdf", MediaType = "application/pdf", Size = 5_000_000, Sha256 = sha256 }] };
    }
}
