using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using static Hub.Tests.Intake.IntakeBench;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Intake;

/// <summary>Whatever is refused changes nothing: the bench compares counts and the log's head around every refusal.</summary>
[TestFixture]
public sealed class IntakeRefusalTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCaseSource(nameof(Cases))]
    public async Task AcceptAsync_BadEnvelope_GetsItsProblem(Envelope envelope, string code) =>
        Assert.That((await _bench.RefusedAsync(envelope)).Code.Code, Is.EqualTo(code));

    [Test]
    public async Task AcceptAsync_OtherCaller_IsNotAllowed() =>
        Assert.That((await _bench.RefusedAsync(Document("r"), caller: Commune)).Code, Is.SameAs(ProblemCode.NotAllowed));

    [Test]
    public async Task AcceptAsync_SignedWithTheKeyOfAnother_IsSignatureInvalid()
    {
        var octets = await EnvelopeCodec.SignAsync(Document("r"), EnvelopeEncoding.Json, _bench.CommuneSigner);
        Assert.That((await _bench.RefusedAsync(octets, EnvelopeEncoding.Json, Province)).Code, Is.SameAs(ProblemCode.SignatureInvalid));
    }

    [TestCase("H06.09/lgsp")]
    [TestCase("H06.09/archive")]
    public async Task AcceptAsync_FromInsideTheHub_IsNotAllowedEvenWithItsKey(string from)
    {
        var sender = SystemAddress.Parse(from);
        var signer = sender == HubAddress ? _bench.Keys.Gateway : _bench.Keys.AppKey(sender);
        var octets = await EnvelopeCodec.SignAsync(Document("r") with { From = sender }, EnvelopeEncoding.Json, signer);
        Assert.That((await _bench.RefusedAsync(octets, EnvelopeEncoding.Json, sender)).Code, Is.SameAs(ProblemCode.NotAllowed));
    }

    [Test]
    public async Task AcceptAsync_SeveralBadRecipients_AreListedAll()
    {
        var problem = await _bench.RefusedAsync(Document("r", "H77", "H06.40.01", "group:mixed"));
        Assert.That(problem.Items.Select(i => (i.Subject, i.Code.Code)), Is.EqualTo(new[] { ("H77", "unknown-recipient"), ("group:mixed → H06.40.03", "recipient-closed") }));
    }

    [Test]
    public async Task AcceptAsync_SomeRecipientsNotCovered_ListsThemAndSendsToNobody()
    {
        var report = Document("r", "H06.40.02/hai", "H06.40.01/qlvb", "H06.40/qlvb") with { Type = MessageType.Parse("vn.report.v1") };
        var problem = await _bench.RefusedAsync(report);
        Assert.That(problem.Items.Select(i => (i.Subject, i.Code.Code)), Is.EqualTo(new[] { ("H06.40.01/qlvb", "not-allowed"), ("H06.40/qlvb", "not-allowed") }));
    }

    [TestCase(null, 0L)]
    [TestCase(5_000_000L, 4_999_999L)]
    [TestCase(4_000_000L, 4_000_000L)]
    public async Task AcceptAsync_AttachmentNotUploadedWhole_IsUploadIncomplete(long? size, long offset)
    {
        var sha256 = new string('b', 64);
        if (size is { } promised) _bench.Uploads.Put(Province, sha256, promised, offset);
        _bench.Uploads.Put(Commune, sha256, 5_000_000, 5_000_000);
        var problem = await _bench.RefusedAsync(Document("r") with
        {
            Attachments = [new Attachment { Name = "a.pdf", MediaType = "application/pdf", Size = 5_000_000, Sha256 = sha256 }],
        });
        Assert.That((problem.Code.Code, problem.Items.Single().Subject), Is.EqualTo(("upload-incomplete", "a.pdf")));
    }

    [Test]
    public async Task AcceptAsync_SenderOfAClosedAgency_IsNotAllowed()
    {
        _bench.Clock.Advance(TimeSpan.FromDays(1));
        var closed = _bench.Yaml.Replace("name: UBND tỉnh mẫu,", "name: UBND tỉnh mẫu, validUntil: 2026-03-03,", StringComparison.Ordinal);
        await _bench.Registry.ImportAsync(closed, "operator:test");
        Assert.That((await _bench.RefusedAsync(Document("r"))).Code, Is.SameAs(ProblemCode.NotAllowed));
    }

    [Test]
    public async Task AcceptAsync_Refusals_AreCountedInOneEntryPerSourceAndMinute()
    {
        for (var i = 0; i < 3; i++) await _bench.RefusedAsync(Document($"r-{i}", "H77"));
        await _bench.RefusedAsync(Document("r"), caller: Commune);
        var size = (await _bench.EntriesAsync()).Length;
        await _bench.Intake.Refusals.FlushAsync();
        Assert.That(await _bench.EntriesAsync(), Has.Length.EqualTo(size), "the minute has not ended");
        _bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await _bench.Intake.Refusals.FlushAsync();
        await _bench.Intake.Refusals.FlushAsync();
        var bodies = (await _bench.Store.ListEntriesAsync(size, 10)).Select(e => Encoding.UTF8.GetString(e.Body!.Value.Span));
        Assert.That(bodies, Is.EquivalentTo(new[]
        {
            """{"codes":{"unknown-recipient":3},"minute":"2026-03-02T02:00:00Z","source":"H06/qlvb"}""",
            """{"codes":{"not-allowed":1},"minute":"2026-03-02T02:00:00Z","source":"H06.40.01/qlvb"}""",
        }));
    }

    [Test]
    public async Task AcceptAsync_AnyFlippedByte_IsRefusedAndChangesNothing()
    {
        var signed = new[] { EnvelopeEncoding.Json, EnvelopeEncoding.Xml }
            .ToDictionary(e => e, e => _bench.SignAsync(Document("r"), e).AsTask().GetAwaiter().GetResult());
        var before = await _bench.StateAsync();
        var edits = from encoding in Gen.Elements(EnvelopeEncoding.Json, EnvelopeEncoding.Xml)
                    from at in Gen.Choose(0, signed[encoding].Length - 1)
                    from bit in Gen.Choose(0, 7)
                    select (encoding, at, bit);
        Prop.ForAll(Arb.From(edits), edit =>
        {
            var octets = signed[edit.encoding].ToArray();
            octets[edit.at] ^= (byte)(1 << edit.bit);
            Assert.ThrowsAsync<ProblemException>(async () => await _bench.Intake.AcceptAsync(octets, edit.encoding, Province));
        }).QuickCheckThrowOnFailure();
        Assert.That(await _bench.StateAsync(), Is.EqualTo(before));
    }

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("created too old", Document("r") with { Created = Now.AddDays(-7).AddMilliseconds(-1) }, "clock-window");
        yield return Case("created too new", Document("r") with { Created = Now.AddMinutes(5).AddMilliseconds(1) }, "clock-window");
        yield return Case("expired", Document("r") with { Created = Now.AddHours(-1), Expires = Now }, "expired");
        yield return Case("unknown service", Document("r") with { Type = MessageType.Parse("vn.other.v1") }, "unknown-service");
        yield return Case("unknown protocol type", Document("r") with { Type = MessageType.Parse("hub.other.v1") }, "unknown-service");
        yield return Case("protocol type of the hub", Document("r") with { Type = MessageType.DeliveryFailed }, "not-allowed");
        yield return Case("too large for the service", Document("r") with { Payload = Bytes(100_000) }, "too-large");
        yield return Case("unknown extension", Document("r") with { Extensions = [new Extension("vn.x", "1", MustUnderstand: true)] }, "unsupported-profile");
        yield return Case("unknown recipient", Document("r", "H77"), "unknown-recipient");
        yield return Case("no system", Document("r", "G22"), "no-system-for-type");
        yield return Case("closed recipient", Document("r", "H06.40.03"), "recipient-closed");
        yield return Case("no right", Document("r", "H06.40.01/qlvb") with { Type = MessageType.Parse("vn.report.v1") }, "not-allowed");
        yield return Case("priority without right", Document("r") with { Priority = 3 }, "not-allowed");
        yield return Case("unregistered sender", Document("r") with { From = SystemAddress.Parse("H77/qlvb") }, "unknown-sender");
        yield return Case("ack of nothing", Document("r", "H06.40.01/qlvb") with { Type = MessageType.Acknowledgement }, "schema-violation");
    }

    private static TestCaseData Case(string name, Envelope envelope, string code) => new TestCaseData(envelope, code).SetArgDisplayNames(name, code);

    private static Payload Bytes(int count) => new() { Form = PayloadForm.Bytes, MediaType = "application/octet-stream", Data = new byte[count] };
}
