using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Messages;

[TestFixture]
public sealed class HubMessagesTests
{
    private static readonly MessageKey Key = MessageKey.Of(GoldenKeys.Beta, "q-1");
    private static readonly string Hash = new('a', 64);

    private static readonly Acknowledgement Accepted = new(Key, Hash, AcknowledgementOutcome.Accepted, "03", null, GoldenModel.Created);
    private static readonly DeliveryFailure Failed = new(Key, Hash, GoldenKeys.Beta, "dead", "unavailable", "Không kết nối được\n(3 lần)", 3, GoldenModel.Created);

    [Test]
    public void Acknowledgement_WrittenAndRead_IsTheSame()
    {
        var refused = Accepted with { Outcome = AcknowledgementOutcome.Refused, Status = null, Reason = "Sai thẩm quyền 😀", AssertedBy = "hub" };
        Assert.That(Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, Accepted.ToPayload())), Is.EqualTo(Accepted));
        Assert.That(Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, refused.ToPayload())), Is.EqualTo(refused));
    }

    [Test]
    public void DeliveryFailure_WrittenAndRead_IsTheSame() =>
        Assert.That(DeliveryFailure.Read(EnvelopeWith(MessageType.DeliveryFailed, Failed.ToPayload())), Is.EqualTo(Failed));

    [Test]
    public void Notice_WrittenAndRead_IsTheSame()
    {
        var whole = new Notice("key-expiring", "Khóa sắp hết hạn", "A key expires", "Khóa 'k1'…", "The key 'k1'…\n", "k1", GoldenModel.Created.AddDays(14), GoldenModel.Created);
        var bare = whole with { About = null, At = null };
        Assert.That(Notice.Read(EnvelopeWith(MessageType.Notice, whole.ToPayload())), Is.EqualTo(whole));
        Assert.That(Notice.Read(EnvelopeWith(MessageType.Notice, bare.ToPayload())), Is.EqualTo(bare));
    }

    [TestCase("{}")]
    [TestCase("{\"code\":\"Key\",\"subjectVi\":\"\",\"subjectEn\":\"\",\"textVi\":\"\",\"textEn\":\"\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"code\":\"key\",\"subjectVi\":\"\",\"subjectEn\":\"\",\"textVi\":\"\",\"textEn\":\"\",\"time\":\"2026-03-02T02:15:00Z\",\"more\":1}")]
    [TestCase("{\"code\":\"key\",\"subjectVi\":\"\",\"subjectEn\":\"\",\"textVi\":\"\",\"textEn\":\"\",\"about\":1,\"time\":\"2026-03-02T02:15:00Z\"}")]
    public void Notice_OfAnythingElse_IsASchemaViolation(string json) =>
        AssertViolation(() => Notice.Read(EnvelopeWith(MessageType.Notice, GoldenModel.Json(json))));

    [Test]
    public void ToPayload_WithAReasonThatBreaksRules_CutsAndCleansIt()
    {
        var payload = (Failed with { Reason = "a\u0000\r\uFFFFb\uD800" + new string('x', 3_000) }).ToPayload();
        var read = DeliveryFailure.Read(EnvelopeWith(MessageType.DeliveryFailed, payload));
        Assert.That(read.Reason, Does.StartWith("a  \uFFFDb\uFFFDx").And.Length.EqualTo(2_000));
        Assert.That(() => EnvelopeRules.Check(EnvelopeWith(MessageType.DeliveryFailed, payload), EnvelopeLimits.Default), Throws.Nothing);
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("{\"message\":\"x\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"x\",\"outcome\":\"accepted\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"Accepted\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"refused\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"refused\",\"reason\":\" \",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"status\":\"3\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"assertedBy\":\"me\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"time\":\"today\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"time\":\"2026-03-02T02:15:00Z\",\"more\":1}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"outcome\":\"refused\",\"time\":\"2026-03-02T02:15:00Z\"}")]
    [TestCase("{\"message\":\"KEY\",\"sha256\":\"HASH\",\"outcome\":\"accepted\",\"time\":\"2026-03-02T02:15:00Z\"}{}")]
    public void Acknowledgement_OfAnythingElse_IsASchemaViolation(string json)
    {
        var payload = GoldenModel.Json(json.Replace("KEY", Key.Value, StringComparison.Ordinal).Replace("HASH", Hash, StringComparison.Ordinal));
        AssertViolation(() => Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, payload)));
    }

    [Test]
    public void Read_OfAnotherTypeOrForm_IsASchemaViolation()
    {
        AssertViolation(() => Acknowledgement.Read(EnvelopeWith(MessageType.DeliveryFailed, Accepted.ToPayload())));
        AssertViolation(() => Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, Accepted.ToPayload() with { MediaType = "text/plain" })));
        AssertViolation(() => Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, GoldenModel.Bytes(1))));
        AssertViolation(() => Acknowledgement.Read(EnvelopeWith(MessageType.Acknowledgement, null)));
        AssertViolation(() => DeliveryFailure.Read(EnvelopeWith(MessageType.DeliveryFailed, (Failed with { State = "late" }).ToPayload())));
        AssertViolation(() => DeliveryFailure.Read(EnvelopeWith(MessageType.DeliveryFailed, (Failed with { Attempts = -1 }).ToPayload())));
        AssertViolation(() => DeliveryFailure.Read(EnvelopeWith(MessageType.DeliveryFailed, (Failed with { Code = "No Code" }).ToPayload())));
    }

    private static Envelope EnvelopeWith(MessageType type, Payload? payload) => GoldenModel.Minimal("m") with { Type = type, Payload = payload };

    private static void AssertViolation(Action read) => Assert.That(Assert.Throws<ProblemException>(read)!.Code, Is.EqualTo(ProblemCode.SchemaViolation));
}
