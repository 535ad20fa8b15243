using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Intake;

public abstract class IntakeAcceptContract
{
    private IntakeBench _bench = null!;

    /// <summary>The store to run over; null for the reference store.</summary>
    private protected abstract IntakeBench.NewStore? Store { get; }

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync(Store);

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public async Task AcceptAsync_GoodEnvelope_StoresItAndGivesAReceiptThatVerifies(EnvelopeEncoding encoding)
    {
        var envelope = Document("a-1", "H06.40.01", "group:communes");
        var octets = await _bench.SignAsync(envelope, encoding);
        var acceptance = await _bench.Intake.AcceptAsync(octets, encoding, Province);
        var message = await _bench.Store.FindMessageAsync(acceptance.Key);
        var stored = await _bench.Store.ReadOctetsAsync(acceptance.Key);
        var deliveries = await _bench.Store.ListDeliveriesAsync(acceptance.Key);
        Assert.Multiple(() =>
        {
            Assert.That(acceptance.Duplicate, Is.False);
            Assert.That(acceptance.Key, Is.EqualTo(envelope.Key));
            Assert.That(Receipt.Parse(acceptance.Receipt.ToString()).Verify(_bench.Keys.LogVerifier, octets).Failures, Is.Empty);
            Assert.That(stored!.Value.ToArray(), Is.EqualTo(octets));
            Assert.That((message!.Assurance, message.Subject, message.Accepted), Is.EqualTo(("sender-signed", envelope.Subject, _bench.Clock.GetUtcNow())));
            Assert.That(
                deliveries.Select(d => (d.Recipient.ToString(), d.Why, d.State, d.Due)),
                Is.EqualTo(new[]
                {
                    ("H06.40.01/qlvb", "agency:H06.40.01", DeliveryState.Queued, _bench.Clock.GetUtcNow()),
                    ("H06.40.02/qlvb", "group:communes@3", DeliveryState.Queued, _bench.Clock.GetUtcNow()),
                }));
        });
    }

    [Test]
    public async Task AcceptAsync_GoodEnvelope_CommitsToItsBody()
    {
        var octets = await _bench.SignAsync(Document("a-1"));
        var acceptance = await _bench.Intake.AcceptAsync(octets, EnvelopeEncoding.Json, Province);
        var body = JsonNode.Parse(acceptance.Receipt.Body.Span)!.AsObject();
        Assert.Multiple(() =>
        {
            Assert.That(body.Select(m => m.Key), Is.EquivalentTo(new[]
            {
                "from", "id", "type", "encoding", "size", "sha256", "contentDigest", "assurance", "algorithm", "keyThumbprint", "created", "accepted", "registry", "recipients",
            }));
            Assert.That((string?)body["sha256"], Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(octets))));
            Assert.That((string?)body["algorithm"], Is.EqualTo("ES256"));
            Assert.That(body["recipients"]!.ToJsonString(), Is.EqualTo("""[{"role":"main","system":"H06.40.01/qlvb","why":"agency:H06.40.01"}]"""));
            Assert.That(acceptance.Receipt.Header.Kind, Is.EqualTo(EntryKinds.MessageAccepted));
            Assert.That(acceptance.Receipt.Header.Actor, Is.EqualTo("H06/qlvb"));
        });
    }

    [Test]
    public async Task AcceptAsync_NotBefore_IsDueThen()
    {
        var later = _bench.Clock.GetUtcNow().AddHours(3);
        var acceptance = await _bench.SendAsync(Document("a-1") with { NotBefore = later });
        Assert.That((await _bench.Store.ListDeliveriesAsync(acceptance.Key)).Single().Due, Is.EqualTo(later));
    }

    [Test]
    public async Task AcceptAsync_AfterTheCommit_WakesTheRecipients()
    {
        var (commune, other) = (_bench.Signals.NextAsync(Commune), _bench.Signals.NextAsync(Province));
        await _bench.SendAsync(Document("a-1"));
        Assert.That((commune.IsCompleted, other.IsCompleted), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task AcceptAsync_ToItself_IsAllowed() =>
        Assert.That((await _bench.SendAsync(Document("a-1", "H06/qlvb"))).Duplicate, Is.False);

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public async Task AcceptAsync_SameContentSignedAfresh_GetsTheSameReceipt(EnvelopeEncoding encoding)
    {
        var first = await _bench.SendAsync(Document("a-1"), encoding);
        await _bench.SendAsync(Document("a-2"), encoding);
        var state = await _bench.StateAsync();
        var again = await _bench.SendAsync(Document("a-1"), encoding);
        Assert.That((again.Duplicate, again.Receipt.ToString()), Is.EqualTo((true, first.Receipt.ToString())));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task AcceptAsync_RetryAfterWindowAndRightsHaveEnded_StillGetsItsReceipt()
    {
        var first = await _bench.SendAsync(Document("a-1") with { Expires = _bench.Clock.GetUtcNow().AddHours(1) });
        await _bench.Registry.ImportAsync(_bench.Yaml[..(_bench.Yaml.IndexOf("rights:", StringComparison.Ordinal))], "operator:test");
        _bench.Clock.Advance(TimeSpan.FromDays(30));
        var again = await _bench.SendAsync(Document("a-1") with { Expires = Registry.RegistrySamples.Now.AddHours(1) });
        Assert.That((again.Duplicate, again.Receipt.ToString()), Is.EqualTo((true, first.Receipt.ToString())));
    }

    [Test]
    public async Task AcceptAsync_SameIdWithOtherContent_IsAConflict()
    {
        await _bench.SendAsync(Document("a-1"));
        var problem = await _bench.RefusedAsync(Document("a-1") with { Subject = "Khác" });
        Assert.That((problem.Code.Code, problem.MessageKey), Is.EqualTo(("duplicate-conflict", Document("a-1").Key.Value)));
    }

    [Test]
    public async Task AcceptAsync_SameIdOfAnotherSender_IsAnotherMessage()
    {
        await _bench.SendAsync(Document("a-1"));
        var other = await _bench.SendAsync(Document("a-1", "H06") with { From = Commune });
        Assert.That(other.Duplicate, Is.False);
    }

    [Test]
    public async Task AcceptAsync_SentThirtyTwoTimesAtOnce_IsOneMessageWithOneReceipt()
    {
        var octets = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => _bench.SignAsync(Document("a-1")).AsTask()));
        var all = await Task.WhenAll(octets.Select(o => Task.Run(() => _bench.Intake.AcceptAsync(o, EnvelopeEncoding.Json, Province).AsTask())));
        var counts = await _bench.Store.ReadStatisticsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(all.Select(a => a.Receipt.ToString()).Distinct().Count(), Is.EqualTo(1));
            Assert.That(all.Count(a => !a.Duplicate), Is.EqualTo(1));
            Assert.That((counts.Messages, counts.Deliveries.Values.Sum()), Is.EqualTo((1, 1)));
        });
    }

    [Test]
    public async Task AcceptAsync_ConflictingContentsAtOnce_OnlyOneIsAccepted()
    {
        var octets = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => _bench.SignAsync(Document("a-1") with { Subject = $"{i}" }).AsTask()));
        var all = await Task.WhenAll(octets.Select(o => Task.Run(async () =>
        {
            try
            {
                return (await _bench.Intake.AcceptAsync(o, EnvelopeEncoding.Json, Province)).Duplicate ? "duplicate" : "accepted";
            }
            catch (ProblemException refused)
            {
                return refused.Code.Code;
            }
        })));
        Assert.That(all.Order(), Is.EqualTo(Enumerable.Repeat("duplicate-conflict", 15).Prepend("accepted")));
    }

    [Test]
    public async Task AcceptAsync_UploadedAttachment_IsRecorded()
    {
        var sha256 = new string('a', 64);
        _bench.Uploads.Put(Province, sha256, size: 5_000_000, offset: 5_000_000);
        var attachment = new Attachment { Name = "phu-luc.pdf", MediaType = "application/pdf", Size = 5_000_000, Sha256 = sha256 };
        var acceptance = await _bench.SendAsync(Document("a-1") with { Attachments = [attachment, attachment with { Name = "ban-sao.pdf" }] });
        Assert.That((await _bench.Store.FindMessageAsync(acceptance.Key))!.Uploads, Is.EqualTo(new[] { sha256 }));
    }

    [Test]
    public async Task AcceptAsync_AtTheEdgesOfTheWindow_IsAccepted()
    {
        var now = _bench.Clock.GetUtcNow();
        await _bench.SendAsync(Document("old") with { Created = now.AddDays(-7) });
        await _bench.SendAsync(Document("new") with { Created = now.AddMinutes(5) });
        Assert.That((await _bench.Store.ReadStatisticsAsync()).Messages, Is.EqualTo(2));
    }

    [Test]
    public async Task AcceptAsync_RightsGrantedByImport_AreEffectiveAtOnce()
    {
        var report = Document("a-1", "H06.40.01/qlvb") with { Type = MessageType.Parse("vn.report.v1") };
        Assert.That((await _bench.RefusedAsync(report)).Code, Is.SameAs(ProblemCode.NotAllowed));
        await _bench.Registry.ImportAsync(_bench.Yaml + "\n  - {from: H06, services: [vn.report.v1], to: \"*\"}\n", "operator:test");
        Assert.That((await _bench.SendAsync(report)).Duplicate, Is.False);
    }
}

[TestFixture]
public sealed class IntakeAcceptOverReferenceStoreTests : IntakeAcceptContract
{
    private protected override IntakeBench.NewStore? Store => null;
}

[TestFixture]
public sealed class IntakeAcceptOverSqliteTests : IntakeAcceptContract
{
    private protected override IntakeBench.NewStore? Store => static (settings, keys, clock) =>
        new SqliteHubStore(settings, keys, clock, NullLogger<SqliteHubStore>.Instance);
}
