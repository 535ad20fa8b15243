using System.Security.Cryptography;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class NoteVerifierTests
{
    private readonly string _vkey = new ReceiptSample().Verifier.ToString();

    [Test]
    public void Parse_TextForm_SameKey() => Assert.That(NoteVerifier.Parse(_vkey).ToString(), Is.EqualTo(_vkey));

    [Test]
    public void ToString_OfAKey_HasTheIdOfItsSubjectPublicKeyInfo()
    {
        var parts = _vkey.Split('+', 3);
        var typed = Convert.FromBase64String(parts[2]);
        Assert.That(parts[0], Is.EqualTo(ReceiptSample.Origin));
        Assert.That(typed[0], Is.EqualTo(0x02));
        Assert.That(parts[1], Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(typed[1..]))[..8]));
    }

    [Test]
    public void Parse_AnyCharacterOfIdOrKeyChanged_Refused()
    {
        for (var i = ReceiptSample.Origin.Length; i < _vkey.Length; i++)
        {
            var changed = _vkey[..i] + (_vkey[i] == 'A' ? 'B' : 'A') + _vkey[(i + 1)..];
            Assert.That(() => NoteVerifier.Parse(changed), Throws.TypeOf<FormatException>(), changed);
        }
    }

    [TestCase("")]
    [TestCase("+")]
    [TestCase("name")]
    [TestCase("name+00000000")]
    [TestCase("name+00000000+")]
    [TestCase("name+00000000+Ag==")]
    [TestCase("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", Description = "Ed25519, the example of c2sp.org/signed-note")]
    public void Parse_NotAVerifierKeyOfOurType_Refused(string vkey) =>
        Assert.That(() => NoteVerifier.Parse(vkey), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_NameWithSpaces_Refused() => Assert.That(() => NoteVerifier.Parse("a b" + _vkey), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_OtherCurve_Refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var spki = key.ExportSubjectPublicKeyInfo();
        var vkey = $"name+{Convert.ToHexStringLower(SHA256.HashData(spki))[..8]}+{Convert.ToBase64String([2, .. spki])}";
        Assert.That(() => NoteVerifier.Parse(vkey), Throws.TypeOf<FormatException>());
    }
}
