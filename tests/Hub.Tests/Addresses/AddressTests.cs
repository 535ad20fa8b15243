using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;

namespace Hub.Tests.Addresses;

[TestFixture]
public sealed class AddressTests
{
    [TestCase("H29", AgencyCodeScheme.Qd20)]
    [TestCase("H29.12.03", AgencyCodeScheme.Qd20)]
    [TestCase("G22.99.A1B2", AgencyCodeScheme.Qd20)]
    [TestCase("000.00.00.H29", AgencyCodeScheme.Qcvn102)]
    [TestCase("000.12.03.H29", AgencyCodeScheme.Qcvn102)]
    [TestCase("0123456789", AgencyCodeScheme.Registration)]
    [TestCase("0123456789-001", AgencyCodeScheme.Registration)]
    public void AgencyCode_OfANationalForm_KeepsItsTextAndScheme(string text, AgencyCodeScheme scheme)
    {
        Assert.That(AgencyCode.TryParse(text, out var code), Is.True);
        Assert.That((code.Value, code.Scheme, code.ToString()), Is.EqualTo((text, scheme, text)));
    }

    [TestCase("")]
    [TestCase("h29")]
    [TestCase("H2")]
    [TestCase("H29.")]
    [TestCase("H29.1")]
    [TestCase("H29..12")]
    [TestCase("H29.12\n")]
    [TestCase("H29.ab")]
    [TestCase("00.12.03.H29")]
    [TestCase("000.12.03")]
    [TestCase("012345678")]
    [TestCase("0123456789-01")]
    [TestCase("Ｈ29")]
    [TestCase("H٢٩")]
    [TestCase("H29.11111111111111111111111111111111")]
    public void AgencyCode_OfAnythingElse_IsRefused(string text)
    {
        Assert.That(AgencyCode.TryParse(text, out _), Is.False);
        Assert.That(() => AgencyCode.Parse(text), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void AgencyCode_OfTheTwoNationalForms_AreDifferentCodes() =>
        Assert.That(AgencyCode.Parse("000.12.03.H29"), Is.Not.EqualTo(AgencyCode.Parse("H29.12.03")));

    [TestCase("H29.12/qlvb", "H29.12", "qlvb")]
    [TestCase("000.12.03.H29/a-1", "000.12.03.H29", "a-1")]
    public void SystemAddress_OfAgencyAndSystem_HasBoth(string text, string agency, string system)
    {
        var address = SystemAddress.Parse(text);
        Assert.That((address.Agency.Value, address.System, address.ToString()), Is.EqualTo((agency, system, text)));
    }

    [TestCase("H29")]
    [TestCase("/qlvb")]
    [TestCase("H29/")]
    [TestCase("H29/Q")]
    [TestCase("H29/-a")]
    [TestCase("H29/a/b")]
    [TestCase("H29/a ")]
    [TestCase("H29/../x")]
    [TestCase("H29/a23456789012345678901234567890123")]
    public void SystemAddress_OfAnythingElse_IsRefused(string text) => Assert.That(SystemAddress.TryParse(text, out _), Is.False);

    [TestCase("H29.12", RecipientKind.Agency)]
    [TestCase("H29.12/qlvb", RecipientKind.System)]
    [TestCase("group:communes-x", RecipientKind.Group)]
    public void RecipientAddress_OfEachForm_KnowsItsKind(string text, RecipientKind kind)
    {
        var address = RecipientAddress.Parse(text);
        Assert.That((address.Kind, address.ToString()), Is.EqualTo((kind, text)));
    }

    [TestCase("group:")]
    [TestCase("group:A")]
    [TestCase("GROUP:a")]
    [TestCase("group:a b")]
    [TestCase("group:-a")]
    [TestCase("*")]
    public void RecipientAddress_OfAnythingElse_IsRefused(string text) => Assert.That(RecipientAddress.TryParse(text, out _), Is.False);

    [TestCase("vn.document.v1", true)]
    [TestCase("hub.delivery-failed.v1", true)]
    [TestCase("a.v9999", true)]
    [TestCase("vn.document", false)]
    [TestCase("vn.document.v0", false)]
    [TestCase("vn.document.v01", false)]
    [TestCase("VN.document.v1", false)]
    [TestCase("vn..v1", false)]
    [TestCase(".v1", false)]
    [TestCase("vn.document.v1\n", false)]
    public void MessageType_OfAText_WantsWordsAndAVersion(string text, bool valid) => Assert.That(MessageType.TryParse(text, out _), Is.EqualTo(valid));

    [Test]
    public void TryParse_OfAnyText_NeverThrowsAndKeepsWhatItAccepts() =>
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Elements("HG0129./-:agroupv\n ạ".ToCharArray())).Select(letters => new string([.. letters]))), text =>
            (!AgencyCode.TryParse(text, out var agency) || agency.Value == text)
            && (!SystemAddress.TryParse(text, out var system) || system.ToString() == text)
            && (!RecipientAddress.TryParse(text, out var recipient) || recipient.Value == text)
            && (!MessageType.TryParse(text, out var type) || type.Value == text)).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Test]
    public void MessageKey_OfSenderAndId_IsTheDocumentedHash() =>
        Assert.That(
            Contracts.Envelopes.MessageKey.Of(SystemAddress.Parse("H29.12/qlvb"), "a").Value,
            Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("H29.12/qlvb\na"u8))));
}
