using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Tests.Golden;

namespace Hub.Tests.Envelopes;

[TestFixture]
public sealed class EnvelopeRulesTests
{
    private static readonly Envelope Minimal = GoldenModel.Minimal("id-1");

    [Test]
    public void Check_OfAFullEnvelope_Passes() =>
        Assert.That(() => EnvelopeRules.Check(GoldenModel.Full("a", GoldenModel.Json("{}")), EnvelopeLimits.Default), Throws.Nothing);

    [TestCase("", false)]
    [TestCase("a", true)]
    [TestCase("-a", false)]
    [TestCase("a b", false)]
    [TestCase("a\n", false)]
    [TestCase("ạ", false)]
    [TestCase("018f3c1e-7b1c-7d3e-9c4a-0a1b2c3d4e5f", true)]
    [TestCase("a234567890123456789012345678901234567890123456789012345678901234", true)]
    [TestCase("a2345678901234567890123456789012345678901234567890123456789012345", false)]
    public void Check_OfAnId_KeepsItsShape(string id, bool valid) => Expect(Minimal with { Id = id }, valid);

    [TestCase("subject")]
    [TestCase("Quyết định\u0000")]
    [TestCase("a\nb")]
    [TestCase("a\u0085b")]
    [TestCase("\uFFFE")]
    [TestCase("\uFFFF")]
    public void Check_OfASubject_WantsOneLineOfXmlText(string subject) => Expect(Minimal with { Subject = subject }, subject == "subject");

    [Test]
    public void Check_OfLoneSurrogates_RefusesThemEverywhere()
    {
        // Not as test cases: attribute arguments are stored as UTF-8, which cannot hold them.
        Expect(Minimal with { Subject = "\uD83D" }, false);
        Expect(Minimal with { Subject = "\uDE00\uD83D" }, false);
        Expect(Minimal with { Subject = "\uD83D\uDE00" }, true);
        Expect(Minimal with { Extensions = [new Extension("vn.a", "\uDC00")] }, false);
        Assert.That(EnvelopeRules.IsFileName("a\uD800.txt"), Is.False);
    }

    [Test]
    public void Check_OfASubject_CountsCharactersNotCodeUnits()
    {
        Expect(Minimal with { Subject = string.Concat(Enumerable.Repeat("😀", 500)) }, true);
        Expect(Minimal with { Subject = string.Concat(Enumerable.Repeat("😀", 501)) }, false);
    }

    [TestCase("Công văn 15.pdf", true)]
    [TestCase(".gitignore", true)]
    [TestCase("a..b", true)]
    [TestCase("COM.txt", true)]
    [TestCase("CONSOLE", true)]
    [TestCase("", false)]
    [TestCase(".", false)]
    [TestCase("..", false)]
    [TestCase("a/b", false)]
    [TestCase("a\\b", false)]
    [TestCase("C:a", false)]
    [TestCase("a*", false)]
    [TestCase("a?", false)]
    [TestCase("a|b", false)]
    [TestCase("a\"b", false)]
    [TestCase("<a>", false)]
    [TestCase("a\u0000.txt", false)]
    [TestCase("a\u007f", false)]
    [TestCase("a\u202Etxt.exe", false)]
    [TestCase("a\u2066b", false)]
    [TestCase("a\u200Fb", false)]
    [TestCase("a ", false)]
    [TestCase(" a", false)]
    [TestCase("a.", false)]
    [TestCase("con", false)]
    [TestCase("Nul.tar.gz", false)]
    [TestCase("LPT1", false)]
    [TestCase("com³.txt", false)]
    [TestCase("aux .txt", false)]
    public void IsFileName_OfAName_RefusesTricks(string name, bool valid)
    {
        Assert.That(EnvelopeRules.IsFileName(name), Is.EqualTo(valid));
        Expect(Minimal with { Attachments = [GoldenModel.File(name, "text/plain", "x")] }, valid);
    }

    [Test]
    public void IsFileName_OfLongNames_CountsCharacters()
    {
        Assert.That(EnvelopeRules.IsFileName(new string('ấ', 255)), Is.True);
        Assert.That(EnvelopeRules.IsFileName(new string('ấ', 256)), Is.False);
    }

    [TestCase("application/json", true)]
    [TestCase("application/vnd.oasis.opendocument.text+xml", true)]
    [TestCase("text", false)]
    [TestCase("text/", false)]
    [TestCase("text/plain; charset=utf-8", false)]
    [TestCase("text/plain\n", false)]
    [TestCase("text/pl ain", false)]
    [TestCase("a/b/c", false)]
    public void IsMediaType_OfAText_FollowsRfc6838(string text, bool valid) => Assert.That(EnvelopeRules.IsMediaType(text), Is.EqualTo(valid));

    [TestCase(0, true)]
    [TestCase(4, true)]
    [TestCase(-1, false)]
    [TestCase(5, false)]
    public void Check_OfAPriority_Wants0To4(int priority, bool valid) => Expect(Minimal with { Priority = priority }, valid);

    [Test]
    public void Check_OfTimes_KeepsTheirOrder()
    {
        var created = Minimal.Created;
        Expect(Minimal with { Expires = created.AddMilliseconds(1) }, true);
        Expect(Minimal with { Expires = created }, false);
        Expect(Minimal with { NotBefore = created.AddDays(-1) }, true);
        Expect(Minimal with { NotBefore = created.AddDays(2), Expires = created.AddDays(2) }, false);
        Expect(Minimal with { Created = created.AddTicks(1) }, false);
        Expect(Minimal with { Created = default }, false);
    }

    [Test]
    public void Check_OfCorrelation_WantsAConversationForASequence()
    {
        Expect(Minimal with { Sequence = 0 }, false);
        Expect(Minimal with { Conversation = "c", Sequence = 0 }, true);
        Expect(Minimal with { Conversation = "c", Sequence = -1 }, false);
        Expect(Minimal with { Conversation = "c", Sequence = EnvelopeRules.MaxSequence + 1 }, false);
        Expect(Minimal with { InReplyTo = new InReplyTo(Minimal.Key, new string('A', 64)) }, false);
    }

    [Test]
    public void Check_OfWhatWasNeverSet_Refuses()
    {
        Expect(Minimal with { Type = default }, false);
        Expect(Minimal with { From = default }, false);
        Expect(Minimal with { To = [] }, false);
        Expect(Minimal with { To = [new Recipient(default)] }, false);
        Expect(Minimal with { InReplyTo = new InReplyTo(default, new string('a', 64)) }, false);
    }

    [Test]
    public void Check_OfLists_KeepsLimitsAndNamesUnique()
    {
        var many = Enumerable.Range(0, 1_001).Select(i => new Recipient(RecipientAddress.Parse($"group:g{i}"))).ToList();
        Expect(Minimal with { To = many }, ProblemCode.TooLarge);
        Expect(Minimal with { To = many[..1000] }, true);
        Expect(Minimal with { To = [Minimal.To[0], Minimal.To[0] with { Role = RecipientRole.Info }] }, false);
        Expect(Minimal with { Attachments = [GoldenModel.File("Đ.txt", "text/plain", ""), GoldenModel.File("đ.TXT", "text/plain", "")] }, false);
        Expect(Minimal with { Attachments = [.. Enumerable.Range(0, 101).Select(i => GoldenModel.File($"{i}", "text/plain", ""))] }, ProblemCode.TooLarge);
        Expect(Minimal with { Extensions = [new Extension("a.b", ""), new Extension("a.b", "")] }, false);
        Expect(Minimal with { Extensions = [.. Enumerable.Range(0, 51).Select(i => new Extension($"a.b{i}", ""))] }, ProblemCode.TooLarge);
    }

    [Test]
    public void Check_OfAnInlineAttachment_ComparesItsBytes()
    {
        var file = GoldenModel.File("a", "text/plain", "abc");
        Expect(Minimal with { Attachments = [file with { Size = 4 }] }, false);
        Expect(Minimal with { Attachments = [file with { Sha256 = new string('0', 64) }] }, ProblemCode.DigestMismatch);
        Expect(Minimal with { Attachments = [file with { Inline = new byte[(1024 * 1024) + 1] }] }, ProblemCode.TooLarge);
        Expect(Minimal with { Attachments = [file with { Inline = null, Size = -1 }] }, false);
        Expect(Minimal with { Attachments = [file with { Inline = null, Size = EnvelopeRules.MaxAttachmentSize + 1 }] }, false);
    }

    [TestCase("vn.ndop.trace", "", true)]
    [TestCase("vn.a", "a\tb\nc", true)]
    [TestCase("vn.a", "a\rb", false)]
    [TestCase("vn.a", "\u0001", false)]
    [TestCase("Vn.a", "", false)]
    [TestCase("plain", "", false)]
    [TestCase("vn..a", "", false)]
    public void Check_OfAnExtension_KeepsItsShape(string name, string value, bool valid) => Expect(Minimal with { Extensions = [new Extension(name, value)] }, valid);

    [TestCase(PayloadForm.Bytes, PayloadEncryption.Jwe, true)]
    [TestCase(PayloadForm.Xml, PayloadEncryption.Jwe, false)]
    [TestCase(PayloadForm.Json, PayloadEncryption.Jwe, false)]
    [TestCase(PayloadForm.Xml, PayloadEncryption.XmlEnc11, true)]
    [TestCase(PayloadForm.Bytes, PayloadEncryption.XmlEnc11, false)]
    [TestCase((PayloadForm)9, PayloadEncryption.None, false)]
    [TestCase(PayloadForm.Bytes, (PayloadEncryption)9, false)]
    public void Check_OfEncryption_WantsTheFormThatFits(PayloadForm form, PayloadEncryption encryption, bool valid) =>
        Expect(Minimal with { Payload = new Payload { Form = form, MediaType = "a/b", Data = form == PayloadForm.Json ? "{}"u8.ToArray() : "<a></a>"u8.ToArray(), Encryption = encryption } }, valid);

    [TestCase("{}", true)]
    [TestCase("1e999", true)]
    [TestCase("\"\\u0000\"", true)]
    [TestCase("", false)]
    [TestCase(" {}", false)]
    [TestCase("{}\n", false)]
    [TestCase("{}{}", false)]
    [TestCase("{\"a\":1,\"a\":1}", false)]
    [TestCase("{\"a\":1,\"\\u0061\":1}", false)]
    [TestCase("[1,]", false)]
    [TestCase("01", false)]
    [TestCase("NaN", false)]
    [TestCase("'a'", false)]
    [TestCase("\"\\ud800\"", false)]
    [TestCase("\"\uFFFF\"", false)]
    [TestCase("// x\n1", false)]
    public void Check_OfAJsonPayload_WantsOneStrictValue(string json, bool valid) => Expect(Minimal with { Payload = GoldenModel.Json(json) }, valid);

    [Test]
    public void Check_OfAJsonPayload_WantsValidUtf8() =>
        Expect(Minimal with { Payload = GoldenModel.Json("") with { Data = new byte[] { (byte)'"', 0xC0, 0xAF, (byte)'"' } } }, false);

    private static void Expect(Envelope envelope, bool valid)
    {
        if (valid) Assert.That(() => EnvelopeRules.Check(envelope, EnvelopeLimits.Default), Throws.Nothing);
        else Expect(envelope, ProblemCode.MalformedEnvelope);
    }

    private static void Expect(Envelope envelope, ProblemCode code) =>
        Assert.That(Assert.Throws<ProblemException>(() => EnvelopeRules.Check(envelope, EnvelopeLimits.Default))!.Code, Is.EqualTo(code));
}
