using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;

namespace Hub.Tests.Sealing;

[TestFixture]
public sealed class JweTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("{\"ghiChú\":\"nội dung mật\"}");
    private static readonly SealBinding Binding = new(SystemAddress.Parse("H06/qlvb"), [SystemAddress.Parse("H06.40/qlvb"), SystemAddress.Parse("H06.42/qlvb")]);

    [TestCase("rsa")]
    [TestCase("p256")]
    [TestCase("p384")]
    public void Seal_ForOne_IsCompactAndOpens(string kind)
    {
        var pair = SealingPair.Named(kind);
        var jwe = Jwe.Seal(Content, "application/json", [pair.Public], Binding);
        var header = JsonNode.Parse(Base64Url.DecodeFromUtf8(jwe.AsSpan(0, jwe.AsSpan().IndexOf((byte)'.'))))!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)header["alg"], Is.EqualTo(kind == "rsa" ? "RSA-OAEP-256" : "ECDH-ES+A256KW"));
            Assert.That((string?)header["enc"], Is.EqualTo("A256GCM"));
            Assert.That((string?)header["kid"], Is.EqualTo(pair.Public.Id));
            Assert.That((string?)header["cty"], Is.EqualTo("application/json"));
            Assert.That((string?)header["iss"], Is.EqualTo("H06/qlvb"));
            var opened = Jwe.Open(jwe, [pair.Private]);
            Assert.That(opened.Data.ToArray(), Is.EqualTo(Content));
            Assert.That(opened.MediaType, Is.EqualTo("application/json"));
            Assert.That(opened.Binding!.From, Is.EqualTo(Binding.From));
            Assert.That(opened.Binding.To, Is.EqualTo(Binding.To));
        });
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100_003)]
    public void Seal_OfAnyLength_Opens(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        Assert.That(Jwe.Open(Jwe.Seal(content, "application/pdf", [SealingPair.P256.Public]), [SealingPair.P256.Private]).Data.ToArray(), Is.EqualTo(content));
    }

    [Test]
    public void Seal_ForSeveralWithEqualIds_IsGeneralAndOpensForEach()
    {
        var jwe = Jwe.Seal(Content, "application/json", [.. SealingPair.All.Select(static pair => pair.Public)], Binding);
        Assert.That(jwe[0], Is.EqualTo((byte)'{'));
        Assert.That(Encoding.ASCII.GetString(jwe), Does.Contain("\"kid\":\"H06.41/qlvb#e1\""));
        foreach (var pair in SealingPair.All)
        {
            Assert.That(Jwe.Open(jwe, [pair.Private]).Data.ToArray(), Is.EqualTo(Content), pair.Public.Owner.ToString());
            Assert.That(Jwe.Open(jwe, [UnsealingKey.FromPem(pair.PrivatePem)]).Data.ToArray(), Is.EqualTo(Content), "without id and owner");
        }
    }

    [Test]
    public void Open_WithTheOldAndTheNewKey_TakesTheOneThatFits() =>
        Assert.That(
            Jwe.Open(Jwe.Seal(Content, "application/json", [SealingPair.Rsa.Public]), [SealingPair.P384.Private, SealingPair.OtherRsa.Private, SealingPair.Rsa.Private]).Data.ToArray(),
            Is.EqualTo(Content));

    /// <summary>Whatever is wrong with key or content, the answer is the same word for word.</summary>
    [TestCase("rsa")]
    [TestCase("p256")]
    public void Open_OfAnythingAltered_FailsAlike(string kind)
    {
        var pair = SealingPair.Named(kind);
        var parts = Encoding.ASCII.GetString(Jwe.Seal(Content, "application/json", [pair.Public])).Split('.');
        var details = new List<string>();
        for (var part = 1; part < 5; part++)
        {
            var octets = Base64Url.DecodeFromChars(parts[part]);
            for (var index = 0; index < octets.Length; index += 5)
            {
                var altered = octets.ToArray();
                altered[index] ^= 0x10;
                details.Add(Refusal(Joined(parts, part, Base64Url.EncodeToString(altered)), pair.Private, ProblemCode.UnsealingFailed).Detail);
            }
        }

        details.Add(Refusal(Joined(parts, 1, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(kind == "rsa" ? 256 : 40))), pair.Private, ProblemCode.UnsealingFailed).Detail);
        details.Add(Refusal(Joined(parts, 1, "AAAA"), pair.Private, ProblemCode.UnsealingFailed).Detail);
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        header["cty"] = "application/xml";
        details.Add(Refusal(Joined(parts, 0, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))), pair.Private, ProblemCode.UnsealingFailed).Detail);
        Assert.That(details.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Open_WithAnotherKey_Fails()
    {
        Refusal(Jwe.Seal(Content, "application/json", [SealingPair.Rsa.Public]), SealingPair.P256.Private, ProblemCode.UnsealingFailed);
        Refusal(Jwe.Seal(Content, "application/json", [SealingPair.P384.Public]), SealingPair.P256.Private, ProblemCode.UnsealingFailed);
        Refusal(Jwe.Seal(Content, "application/json", [SealingPair.OtherP256.Public]), SealingPair.P256.Private, ProblemCode.UnsealingFailed);
        Refusal(Jwe.Seal(Content, "application/json", [SealingPair.OtherP256.Public, SealingPair.OtherRsa.Public]), SealingPair.P256.Private, ProblemCode.UnsealingFailed);
    }

    [TestCase("alg", "\"RSA1_5\"")]
    [TestCase("alg", "\"RSA-OAEP\"")]
    [TestCase("alg", "\"dir\"")]
    [TestCase("alg", "\"ECDH-ES\"")]
    [TestCase("alg", "\"A256KW\"")]
    [TestCase("alg", "\"PBES2-HS512+A256KW\"")]
    [TestCase("alg", "\"rsa-oaep-256\"")]
    [TestCase("enc", "\"A128GCM\"")]
    [TestCase("enc", "\"A256CBC-HS512\"")]
    [TestCase("zip", "\"DEF\"")]
    [TestCase("crit", "[\"exp\"]")]
    [TestCase("jku", "\"https://example.org\"")]
    [TestCase("jwk", "{}")]
    [TestCase("x5c", "[]")]
    [TestCase("apu", "\"QQ\"")]
    [TestCase("p2c", "1000")]
    [TestCase("typ", "\"JWT\"")]
    public void Open_OfAHeaderOutsideTheProfile_RefusesItByName(string member, string value)
    {
        var problem = Refusal(WithHeader(SealingPair.Rsa, member, value), SealingPair.Rsa.Private, ProblemCode.UnsupportedProfile);
        Assert.That(problem.Detail, Does.Contain(member));
    }

    [TestCase("kid", "\"\"")]
    [TestCase("kid", "7")]
    [TestCase("cty", "\"a b\"")]
    [TestCase("iss", "\"H06/qlvb\"")]
    [TestCase("aud", "[\"H06/qlvb\"]")]
    [TestCase("alg", null)]
    [TestCase("enc", null)]
    [TestCase("epk", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0\",\"y\":\"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps\"}")]
    public void Open_OfABadHeader_Refuses(string member, string? value) =>
        Assert.That(
            Assert.Throws<ProblemException>(() => Jwe.Open(WithHeader(SealingPair.Rsa, member, value), [SealingPair.Rsa.Private]))!.Code,
            Is.AnyOf(ProblemCode.MalformedEnvelope, ProblemCode.UnsupportedProfile));

    [Test]
    public void Open_OfAPointOffTheCurve_Refuses()
    {
        var parts = Encoding.ASCII.GetString(Jwe.Seal(Content, "application/json", [SealingPair.P256.Public])).Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        foreach (var (x, y) in new[] { (Coordinate(5), Coordinate(7)), (Coordinate(0), Coordinate(0)), (Base64Url.EncodeToString(Enumerable.Repeat((byte)0xFF, 32).ToArray()), Coordinate(1)), ("QQ", "QQ") })
        {
            (header["epk"]!["x"], header["epk"]!["y"]) = (x, y);
            Refusal(Joined(parts, 0, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))), SealingPair.P256.Private, ProblemCode.MalformedEnvelope);
        }
    }

    [TestCase("")]
    [TestCase("....")]
    [TestCase("e30.e30.e30.e30.e30")]
    [TestCase("e30.e30.e30.e30")]
    [TestCase("e30.e30.e30.e30.e30.e30")]
    [TestCase("{}")]
    [TestCase("{\"protected\":\"e30\",\"recipients\":[]}")]
    [TestCase("{\"protected\":\"e30\",\"protected\":\"e30\"}")]
    [TestCase("[]")]
    public void Open_OfWhatIsNoJwe_Refuses(string text) =>
        Assert.That(
            Assert.Throws<ProblemException>(() => Jwe.Open(Encoding.UTF8.GetBytes(text), [SealingPair.Rsa.Private]))!.Code,
            Is.AnyOf(ProblemCode.MalformedEnvelope, ProblemCode.UnsupportedProfile));

    [TestCase("\"unprotected\":{}")]
    [TestCase("\"aad\":\"QQ\"")]
    [TestCase("\"header\":{\"alg\":\"dir\"}")]
    [TestCase("\"encrypted_key\":\"QQ\"")]
    public void Open_OfGeneralJsonWithMore_Refuses(string member)
    {
        var text = Encoding.ASCII.GetString(Jwe.Seal(Content, "application/json", [SealingPair.Rsa.Public, SealingPair.P256.Public]));
        Refusal(Encoding.ASCII.GetBytes($"{{{member},{text[1..]}"), SealingPair.Rsa.Private, ProblemCode.UnsupportedProfile);
    }

    [Test]
    public void Open_OfAnUnauthenticatedContentHeader_Refuses()
    {
        var json = JsonNode.Parse(Jwe.Seal(Content, "application/json", [SealingPair.Rsa.Public, SealingPair.P256.Public]))!;
        json["recipients"]![0]!["header"]!["typ"] = "JOSE";
        Refusal(Encoding.UTF8.GetBytes(json.ToJsonString()), SealingPair.Rsa.Private, ProblemCode.MalformedEnvelope);
        json["recipients"]![0]!["header"]!.AsObject().Remove("typ");
        json["recipients"]![0]!["header"]!["enc"] = "A256GCM";
        Refusal(Encoding.UTF8.GetBytes(json.ToJsonString()), SealingPair.Rsa.Private, ProblemCode.MalformedEnvelope);
    }

    [Test]
    public void Open_WithManyKeysThatMayFit_StopsAtTheLimit()
    {
        var jwe = Jwe.Seal(Content, "application/json", [.. Enumerable.Repeat(SealingPair.OtherP256.Public, 40)]);
        Refusal(jwe, UnsealingKey.FromPem(SealingPair.P256.PrivatePem), ProblemCode.TooLarge);
        Assert.That(Assert.Throws<ProblemException>(() => Jwe.Open(jwe, [SealingPair.P256.Private], new SealingLimits { MaxBytes = 100 }))!.Code, Is.EqualTo(ProblemCode.TooLarge));
        Assert.That(Assert.Throws<ProblemException>(() => Jwe.Open(jwe, [SealingPair.P256.Private], new SealingLimits { MaxRecipients = 39 }))!.Code, Is.EqualTo(ProblemCode.TooLarge));
    }

    [Test]
    public void Require_OfAnotherSenderOrRecipient_Refuses()
    {
        var binding = Jwe.Open(Jwe.Seal(Content, "application/json", [SealingPair.Rsa.Public], Binding), [SealingPair.Rsa.Private]).Binding!;
        Assert.That(() => binding.Require(Binding.From, Binding.To[1]), Throws.Nothing);
        Assert.That(Assert.Throws<ProblemException>(() => binding.Require(Binding.To[0], Binding.To[0]))!.Code, Is.EqualTo(ProblemCode.UnsealingFailed));
        Assert.That(Assert.Throws<ProblemException>(() => binding.Require(Binding.From, Binding.From))!.Code, Is.EqualTo(ProblemCode.UnsealingFailed));
    }

    [Test]
    public void FromPem_OfOtherKeys_Refuses()
    {
        using var small = RSA.Create(1024);
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        Assert.That(() => SealingKey.FromPem("e1", small.ExportSubjectPublicKeyInfoPem()), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => SealingKey.FromPem("e1", p521.ExportSubjectPublicKeyInfoPem()), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => SealingKey.FromPem("e1", SealingPair.Rsa.PrivatePem), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => SealingKey.FromPem("e1", "nothing"), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => UnsealingKey.FromPem(small.ExportPkcs8PrivateKeyPem()), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => UnsealingKey.FromPem(p521.ExportPkcs8PrivateKeyPem()), Throws.InstanceOf<CryptographicException>());
        Assert.That(() => UnsealingKey.FromPem(SealingPair.Rsa.PublicPem), Throws.InstanceOf<CryptographicException>());
    }

    private static string Coordinate(byte value) => Base64Url.EncodeToString([.. new byte[31], value]);

    private static byte[] WithHeader(SealingPair pair, string member, string? value)
    {
        var parts = Encoding.ASCII.GetString(Jwe.Seal(Content, "application/json", [pair.Public])).Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
        if (value is null) header.Remove(member);
        else header[member] = JsonNode.Parse(value);
        return Joined(parts, 0, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString())));
    }

    private static byte[] Joined(string[] parts, int index, string part)
    {
        var altered = parts.ToArray();
        altered[index] = part;
        return Encoding.ASCII.GetBytes(string.Join('.', altered));
    }

    private static Problem Refusal(byte[] jwe, UnsealingKey key, ProblemCode code)
    {
        var refusal = Assert.Throws<ProblemException>(() => Jwe.Open(jwe, [key]))!;
        Assert.That(refusal.Code, Is.EqualTo(code), refusal.Message);
        return refusal.Problem;
    }
}
