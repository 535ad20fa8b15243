using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes.Json;

namespace Hub.Tests.Json;

[TestFixture]
public sealed class StrictBase64Tests
{
    [TestCase("")]
    [TestCase("QQ")]
    [TestCase("QUI")]
    [TestCase("-_8")]
    public void TryDecodeUrl_OfCanonicalText_Decodes(string text) =>
        Assert.That(StrictBase64.TryDecodeUrl(Encoding.ASCII.GetBytes(text), out _), Is.True);

    [TestCase("Q")]
    [TestCase("QR")]
    [TestCase("QUJ")]
    [TestCase("QQ==")]
    [TestCase("QQ ")]
    [TestCase("Q\nQ")]
    [TestCase("+/8")]
    [TestCase("QUJDR")]
    public void TryDecodeUrl_OfAnyOtherText_Refuses(string text) =>
        Assert.That(StrictBase64.TryDecodeUrl(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [TestCase("QQ")]
    [TestCase("QR==")]
    [TestCase("QUJ=")]
    [TestCase("QUI==")]
    [TestCase("Q===")]
    [TestCase("====")]
    [TestCase("QQ==QQ==")]
    [TestCase("-_8=")]
    [TestCase("QQ= =")]
    public void TryDecode_OfAnyOtherText_Refuses(string text) =>
        Assert.That(StrictBase64.TryDecode(Encoding.ASCII.GetBytes(text), out _), Is.False);

    [Test]
    public void TryDecode_OfWhatWasEncoded_GivesItBack() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            Assert.That(StrictBase64.TryDecode(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), out var read), Is.True);
            Assert.That(read, Is.EqualTo(bytes));
            Assert.That(StrictBase64.TryDecodeUrl(System.Buffers.Text.Base64Url.EncodeToUtf8(bytes), out var readUrl), Is.True);
            Assert.That(readUrl, Is.EqualTo(bytes));
        }).QuickCheckThrowOnFailure();
}
