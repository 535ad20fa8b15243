using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Problems;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class ClientAssertionTests
{
    private TokenBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new TokenBench();

    [TearDown]
    public void TearDown() => _bench.Dispose();

    [TestCase(TokenBench.Audience)]
    [TestCase("https://hub.example")]
    [TestCase("http://localhost:8080/oauth/token")]
    public void Verify_GoodAssertion_NamesTheSystem(string audience)
    {
        var claims = _bench.Claims();
        claims["aud"] = audience;
        var client = _bench.Verify(_bench.Assertion(claims));
        Assert.Multiple(() =>
        {
            Assert.That(client.System, Is.EqualTo(TokenBench.Alice));
            Assert.That(client.Key.SubjectPublicKeyInfo.ToArray(), Is.EqualTo(_bench.AliceSigner.ExportSubjectPublicKeyInfo()));
        });
    }

    [Test]
    public void Verify_SameIdTwice_Refuses()
    {
        var assertion = _bench.Assertion();
        _bench.Verify(assertion);
        Refuses(assertion, ProblemCode.Unauthenticated);
        Refuses(_bench.Assertion(_bench.Claims("again")), expected: null);
        Refuses(_bench.Assertion(_bench.Claims("again")), ProblemCode.Unauthenticated);
    }

    [Test]
    public void Verify_IdsOfOneSystem_DoNotCollideWithAnothers()
    {
        _bench.Verify(_bench.Assertion(_bench.Claims("same")));
        var claims = _bench.Claims("same");
        claims["iss"] = claims["sub"] = TokenBench.Bob.ToString();
        Assert.That(_bench.Verify(_bench.Assertion(claims, sign: data => _bench.BobSigner.Sign(data))).System, Is.EqualTo(TokenBench.Bob));
    }

    [TestCase("aud", "https://other.example/oauth/token")]
    [TestCase("aud", "https://hub.example/oauth/token/")]
    [TestCase("sub", "H06.02/qlvb")]
    [TestCase("iss", "not an address")]
    [TestCase("jti", "")]
    public void Verify_WrongClaim_Refuses(string name, string value)
    {
        var claims = _bench.Claims();
        claims[name] = value;
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
    }

    [TestCase("exp")]
    [TestCase("jti")]
    [TestCase("aud")]
    [TestCase("iss")]
    [TestCase("iat")]
    public void Verify_MissingClaim_Refuses(string name)
    {
        var claims = _bench.Claims();
        claims.Remove(name);
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
    }

    [Test]
    public void Verify_AudienceOfSeveralServers_Refuses()
    {
        var claims = _bench.Claims();
        claims["aud"] = new[] { TokenBench.Audience, "https://other.example" };
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
    }

    [TestCase(-31)]
    [TestCase(331)]
    [TestCase(86_400)]
    public void Verify_ExpiredOrFarFuture_Refuses(int seconds)
    {
        var claims = _bench.Claims();
        claims["exp"] = _bench.Clock.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
    }

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("HS256")]
    [TestCase("EdDSA")]
    [TestCase("ES512")]
    public void Verify_ForeignAlgorithm_Refuses(string algorithm) =>
        Refuses(_bench.Assertion(header: TokenBench.Header(algorithm)), ProblemCode.Unauthenticated);

    [Test]
    public void Verify_NoneWithoutSignature_Refuses() =>
        Refuses($"{TokenBench.Part(TokenBench.Header("none"))}.{TokenBench.Part(_bench.Claims())}.", ProblemCode.Unauthenticated);

    [Test]
    public void Verify_HmacWithThePublicKey_Refuses()
    {
        var spki = _bench.AliceSigner.ExportSubjectPublicKeyInfo();
        Refuses(_bench.Assertion(header: TokenBench.Header("HS256"), sign: data => HMACSHA256.HashData(spki, data)), ProblemCode.Unauthenticated);
        Refuses(_bench.Assertion(header: TokenBench.Header("ES256"), sign: data => HMACSHA256.HashData(spki, data)), ProblemCode.SignatureInvalid);
    }

    [TestCase("RS256")]
    [TestCase("PS256")]
    [TestCase("ES384")]
    public void Verify_AlgorithmThatDoesNotFitTheKey_Refuses(string algorithm) =>
        Refuses(_bench.Assertion(header: TokenBench.Header(algorithm)), ProblemCode.SignatureInvalid);

    [Test]
    public void Verify_KeyOfAnotherSystem_Refuses() =>
        Refuses(_bench.Assertion(sign: data => _bench.BobSigner.Sign(data)), ProblemCode.SignatureInvalid);

    [TestCase("k2")]
    [TestCase("../k1")]
    [TestCase("")]
    public void Verify_UnknownKeyId_Refuses(string id)
    {
        var header = TokenBench.Header();
        header["kid"] = id;
        Refuses(_bench.Assertion(header: header), id.Length == 0 ? ProblemCode.Unauthenticated : ProblemCode.KeyUnknown);
    }

    [Test]
    public void Verify_KeyNamedTwice_Refuses()
    {
        var header = TokenBench.Header();
        header["x5t#S256"] = CompactJwsOf32Bytes;
        Refuses(_bench.Assertion(header: header), ProblemCode.Unauthenticated);
    }

    [TestCase("jwk")]
    [TestCase("jku")]
    [TestCase("x5u")]
    public void Verify_KeyThatTravelsAlong_IsNotTrusted(string member)
    {
        var header = TokenBench.Header();
        header[member] = "https://evil.example/keys";
        Refuses(_bench.Assertion(header: header, sign: data => TokenBench.NewSigner("k1").Sign(data)), ProblemCode.SignatureInvalid);
    }

    [TestCase("crit")]
    [TestCase("b64")]
    public void Verify_CriticalHeader_Refuses(string member)
    {
        var header = TokenBench.Header();
        header[member] = member == "b64" ? false : new[] { "exp" };
        Refuses(_bench.Assertion(header: header), ProblemCode.Unauthenticated);
    }

    [Test]
    public async Task Verify_AccessTokenInsteadOfAssertion_Refuses() =>
        Refuses(await _bench.Tokens.IssueOnSocketAsync("H06.01/qlvb", Hub.Host.Identity.Scopes.Operator, TimeSpan.FromMinutes(1)), ProblemCode.Unauthenticated);

    [Test]
    public void Verify_DuplicateMember_Refuses()
    {
        var payload = $$"""{"iss":"H06.02/qlvb","iss":"H06.01/qlvb","sub":"H06.01/qlvb","aud":"{{TokenBench.Audience}}","exp":1,"jti":"x"}""";
        var signed = $"{TokenBench.Part(TokenBench.Header())}.{Hub.Host.Identity.CompactJws.Encode(Encoding.UTF8.GetBytes(payload))}";
        Refuses($"{signed}.{Hub.Host.Identity.CompactJws.Encode(_bench.AliceSigner.Sign(Encoding.ASCII.GetBytes(signed)))}", ProblemCode.Unauthenticated);
    }

    [TestCase("")]
    [TestCase("a.b")]
    [TestCase("a.b.c.d")]
    [TestCase("a.b.c")]
    [TestCase("e30.e30.e30")]
    [TestCase("bnVsbA.bnVsbA.")]
    public void Verify_Garbage_Refuses(string text) => Refuses(text, ProblemCode.Unauthenticated);

    [Test]
    public void Verify_RevokedExpiredOrDevelopmentKey_Refuses()
    {
        var now = _bench.Clock.GetUtcNow();
        _bench.Register(_bench.AliceKey(revoked: now));
        Refuses(_bench.Assertion(), ProblemCode.KeyRevoked);
        _bench.Register(_bench.AliceKey(notAfter: now));
        Refuses(_bench.Assertion(), ProblemCode.KeyExpired);
        _bench.Register(_bench.AliceKey(notBefore: now.AddSeconds(1)));
        Refuses(_bench.Assertion(), ProblemCode.KeyExpired);
        _bench.Register(_bench.AliceKey(development: true));
        Refuses(_bench.Assertion(), ProblemCode.KeyUnknown);
        _bench.Register();
        Refuses(_bench.Assertion(), ProblemCode.KeyUnknown);
    }

    [TestCase("""{"alg":"ES256","kid":"k1","typ":"\ud800"}""", """{"iss":"a"}""")]
    [TestCase("""{"alg":"\udfff","kid":"k1"}""", """{"iss":"a"}""")]
    [TestCase("""{"alg":"ES256","kid":"k1"}""", """{"iss":"\ud800"}""")]
    [TestCase("""{"alg":"ES256","kid":"k1"}""", """{"iss":"a","is\ud800":1}""")]
    [TestCase("""{"alg":"ES256","kid":"k1"}""", """{"iss":"a","aud":["\ud800"]}""")]
    public void Verify_TextThatIsNone_Refuses(string header, string claims) =>
        Refuses($"{Hub.Host.Identity.CompactJws.Encode(Encoding.UTF8.GetBytes(header))}.{Hub.Host.Identity.CompactJws.Encode(Encoding.UTF8.GetBytes(claims))}.AA", ProblemCode.Unauthenticated);

    [Test]
    public void Verify_BrokenUtf8_Refuses() =>
        Refuses($"{TokenBench.Part(TokenBench.Header())}.{Hub.Host.Identity.CompactJws.Encode([.. "{\"iss\":\""u8, 0xff, .. "\"}"u8])}.AA", ProblemCode.Unauthenticated);

    [TestCase("exp", 253_402_300_798)]
    [TestCase("exp", 253_402_300_799)]
    [TestCase("nbf", 253_402_300_798)]
    [TestCase("iat", 253_402_300_798)]
    public void Verify_InstantAtTheEndOfTime_Refuses(string name, long seconds)
    {
        var claims = _bench.Claims();
        claims[name] = seconds;
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
    }

    [Test]
    public void Verify_MadeBeforeTheHubStarted_Refuses()
    {
        var claims = _bench.Claims();
        claims["iat"] = _bench.Clock.GetUtcNow().AddSeconds(-1).ToUnixTimeSeconds();
        Refuses(_bench.Assertion(claims), ProblemCode.Unauthenticated);
        Refuses(_bench.Assertion(), expected: null);
    }

    [Test]
    public void Verify_MadeInTheSecondOfTheStart_IsTaken()
    {
        var clock = new Time.ManualClock(_bench.Clock.GetUtcNow().AddMilliseconds(900));
        Assert.That(new Hub.Host.Identity.AssertionReplays(clock).Since, Is.EqualTo(_bench.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Verify_UsedAtAnotherNode_Refuses()
    {
        var shared = new Storage.InMemoryOnce();
        var (first, second) = (_bench.OtherNode(shared), _bench.OtherNode(shared));
        var assertion = _bench.Assertion();
        await first.VerifyAsync(assertion);
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await second.VerifyAsync(assertion))!.Code, Is.EqualTo(ProblemCode.Unauthenticated));
        Assert.That((await second.VerifyAsync(_bench.Assertion(_bench.Claims("another")))).System, Is.EqualTo(TokenBench.Alice));
    }

    [Test]
    public async Task Verify_MadeBeforeThisNodeOfManyStarted_IsTakenOnce()
    {
        var shared = new Storage.InMemoryOnce();
        var assertion = _bench.Assertion();
        _bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.That((await _bench.OtherNode(shared).VerifyAsync(assertion)).System, Is.EqualTo(TokenBench.Alice));
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await _bench.OtherNode(shared).VerifyAsync(assertion))!.Code, Is.EqualTo(ProblemCode.Unauthenticated));
    }

    private static string CompactJwsOf32Bytes => Hub.Host.Identity.CompactJws.Encode(new byte[32]);

    private void Refuses(string assertion, ProblemCode? expected)
    {
        ProblemCode? code = null;
        try
        {
            _bench.Verify(assertion);
        }
        catch (ProblemException refused)
        {
            code = refused.Code;
        }

        Assert.That(code, Is.EqualTo(expected));
    }
}
