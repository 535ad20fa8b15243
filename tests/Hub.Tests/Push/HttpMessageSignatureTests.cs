using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Push;

public class HttpMessageSignatureTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly LocalSigner Signer = LocalSigner.FromPem("statement-1", NewKey());
    private static readonly VerificationKey Key = new("statement-1", Signer.ExportSubjectPublicKeyInfo());

    [Test]
    public void SignatureBase_PublishedVector_Verifies()
    {
        // RFC 9421 B.2.4: response signed with test-key-ecc-p256.
        var key = new VerificationKey("test-key-ecc-p256", Convert.FromBase64String(
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="));
        var values = new Dictionary<string, string>
        {
            ["@status"] = "200",
            ["content-type"] = "application/json",
            ["content-digest"] = "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
            ["content-length"] = "23",
        };
        var text = HttpMessageSignature.SignatureBase(
            [.. values.Keys], name => values[name], """("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256" """.TrimEnd());
        Assert.That(SignatureInput.TryFindBytes(
            "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:", "sig-b24", out var signature));
        Assert.That(key.Verify(SignatureAlgorithm.Es256, text!.Value.Span, signature));
    }

    [Test]
    public async Task Verify_WhatWasSigned_Passes()
    {
        var headers = await SignedHeaders();
        Assert.DoesNotThrow(() => Verify(headers));
    }

    [TestCase("hub-delivery", "8")]
    [TestCase("hub-attempt", "2")]
    [TestCase("content-digest", "sha-256=:AAAA:")]
    [TestCase("hub-delivery-statement", "e30.e30.AA")]
    public async Task Verify_AlteredHeader_SignatureInvalid(string name, string value)
    {
        var headers = await SignedHeaders();
        headers[name] = value;
        Assert.That(Code(() => Verify(headers)), Is.EqualTo("signature-invalid"));
    }

    [Test]
    public async Task Verify_OtherTarget_SignatureInvalid()
    {
        var headers = await SignedHeaders();
        Assert.That(Code(() => Verify(headers, target: "https://other.example/in")), Is.EqualTo("signature-invalid"));
    }

    [Test]
    public async Task Verify_NarrowedCover_SignatureInvalid()
    {
        var headers = Headers();
        var signed = await HttpMessageSignature.SignAsync(Request(headers), ["@method", "content-digest"], Signer, Now);
        headers["signature-input"] = signed.SignatureInput;
        headers["signature"] = signed.Signature;
        Assert.That(Code(() => Verify(headers)), Is.EqualTo("signature-invalid"));
    }

    [TestCase(301)]
    [TestCase(-301)]
    public async Task Verify_TooFarFromTheClock_ClockWindow(int seconds)
    {
        var headers = await SignedHeaders();
        Assert.That(Code(() => Verify(headers, now: Now.AddSeconds(seconds))), Is.EqualTo("clock-window"));
    }

    [TestCase("signature")]
    [TestCase("signature-input")]
    public async Task Verify_NoSignature_SignatureMissing(string absent)
    {
        var headers = await SignedHeaders();
        headers.Remove(absent);
        Assert.That(Code(() => Verify(headers)), Is.EqualTo("signature-missing"));
    }

    [Test]
    public async Task Verify_SignatureOfAProxyBesideIt_Passes()
    {
        var headers = await SignedHeaders();
        headers["signature-input"] = "proxy=(\"@method\");created=1;keyid=\"a,b\", " + headers["signature-input"];
        headers["signature"] = "proxy=:AAAA:, " + headers["signature"];
        Assert.DoesNotThrow(() => Verify(headers));
    }

    [Test]
    public async Task Verify_LabelTwice_SignatureMissing()
    {
        var headers = await SignedHeaders();
        headers["signature-input"] += ", " + headers["signature-input"];
        Assert.That(Code(() => Verify(headers)), Is.EqualTo("signature-missing"));
    }

    [Test]
    public void ContentDigest_OtherBody_DoesNotMatch()
    {
        var header = ContentDigest.Of("a"u8);
        Assert.That(ContentDigest.Matches(header, "a"u8), Is.True);
        Assert.That(ContentDigest.Matches("sha-512=:AAAA:, " + header, "a"u8), Is.True);
        Assert.That(ContentDigest.Matches(header, "b"u8), Is.False);
        Assert.That(ContentDigest.Matches(null, "a"u8), Is.False);
    }

    private static async Task<Dictionary<string, string>> SignedHeaders()
    {
        var headers = Headers();
        var signed = await HttpMessageSignature.SignAsync(Request(headers), HttpMessageSignature.PushComponents, Signer, Now);
        headers["signature-input"] = signed.SignatureInput;
        headers["signature"] = signed.Signature;
        return headers;
    }

    private static Dictionary<string, string> Headers() => new()
    {
        ["content-type"] = "application/jose",
        ["content-digest"] = ContentDigest.Of("body"u8),
        ["hub-message"] = new string('a', 64),
        ["hub-delivery"] = "7",
        ["hub-attempt"] = "1",
        ["hub-delivery-statement"] = "a.b.c",
    };

    private static SignableRequest Request(Dictionary<string, string> headers, string target = "https://h.example/in?x=1") =>
        new("POST", new Uri(target), headers.GetValueOrDefault);

    private static void Verify(Dictionary<string, string> headers, string target = "https://h.example/in?x=1", DateTimeOffset? now = null) =>
        HttpMessageSignature.Verify(Request(headers, target), HttpMessageSignature.PushComponents, Key, now ?? Now, TimeSpan.FromMinutes(5));

    private static string Code(Action action) => Assert.Throws<ProblemException>(() => action())!.Code.Code;

    private static string NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
