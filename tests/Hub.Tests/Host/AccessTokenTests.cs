using System.Text;
using Hub.Contracts.Problems;
using Hub.Host.Identity;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class AccessTokenTests
{
    private TokenBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new TokenBench();

    [TearDown]
    public void TearDown() => _bench.Dispose();

    [Test]
    public async Task Validate_FreshToken_NamesTheCaller()
    {
        var caller = _bench.Tokens.Validate(await AliceTokenAsync());
        Assert.That(caller, Is.EqualTo(new Caller("H06.01/qlvb", Scopes.System, TokenBench.Alice)));
    }

    [Test]
    public async Task Validate_OperatorToken_CarriesItsScopes()
    {
        var token = await _bench.Tokens.IssueOnSocketAsync("auditor:kiem-toan", Scopes.Auditor | Scopes.Content, TimeSpan.FromHours(1));
        var caller = _bench.Tokens.Validate(token);
        Assert.Multiple(() =>
        {
            Assert.That(caller.Scopes, Is.EqualTo(Scopes.Auditor | Scopes.Content));
            Assert.That(caller.System, Is.Null);
            Assert.That(caller.SeesAll, Is.True);
        });
    }

    [Test]
    public async Task Validate_ExpiredToken_RefusesEvenWhenRemembered()
    {
        var token = await AliceTokenAsync();
        _bench.Tokens.Validate(token);
        _bench.Clock.Advance(TimeSpan.FromMinutes(10));
        Refuses(token, ProblemCode.Unauthenticated);
    }

    [Test]
    public async Task Validate_KeyRevokedSince_RefusesEvenWhenRemembered()
    {
        var token = await AliceTokenAsync();
        _bench.Tokens.Validate(token);
        _bench.Register(_bench.AliceKey(revoked: _bench.Clock.GetUtcNow()));
        Refuses(token, ProblemCode.KeyRevoked);
    }

    [Test]
    public async Task Validate_KeyReplacedUnderTheSameId_Refuses()
    {
        var token = await AliceTokenAsync();
        _bench.Register(_bench.AliceKey() with { Key = new Hub.Contracts.Signatures.VerificationKey("k1", TokenBench.NewSigner("k1").ExportSubjectPublicKeyInfo()) });
        Refuses(token, ProblemCode.KeyUnknown);
    }

    [Test]
    public async Task Validate_AnyCharacterChanged_Refuses()
    {
        var token = await AliceTokenAsync();
        for (var i = 0; i < token.Length; i += 7)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Refuses(changed, ProblemCode.Unauthenticated);
        }
    }

    [TestCase("""{"alg":"none"}""")]
    [TestCase("""{"alg":"HS256","typ":"at+jwt"}""")]
    [TestCase("""{"typ":"at+jwt","alg":"ES256"}""")]
    public async Task Validate_OtherHeader_Refuses(string header)
    {
        var parts = (await AliceTokenAsync()).Split('.');
        Refuses($"{CompactJws.Encode(Encoding.UTF8.GetBytes(header))}.{parts[1]}.{parts[2]}", ProblemCode.Unauthenticated);
        Refuses($"{CompactJws.Encode(Encoding.UTF8.GetBytes(header))}.{parts[1]}.", ProblemCode.Unauthenticated);
    }

    [Test]
    public async Task Validate_TokenOfAnotherHub_Refuses()
    {
        using var other = new TokenBench();
        Refuses(await other.Tokens.IssueOnSocketAsync("operator:x", Scopes.Operator, TimeSpan.FromMinutes(1)), ProblemCode.Unauthenticated);
    }

    [Test]
    public void Validate_ClientAssertionInsteadOfToken_Refuses() => Refuses(_bench.Assertion(), ProblemCode.Unauthenticated);

    [Test]
    public void Issue_LongerThanTheLongestLife_Throws() =>
        Assert.That(async () => await _bench.Tokens.IssueOnSocketAsync("operator:x", Scopes.Operator, TimeSpan.FromHours(9)), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private ValueTask<string> AliceTokenAsync() =>
        _bench.Tokens.IssueAsync(_bench.Clients.Find("H06.01/qlvb", new Hub.Contracts.Signatures.KeyHint("k1", null)), Scopes.System);

    private void Refuses(string token, ProblemCode code) =>
        Assert.That(Assert.Throws<ProblemException>(() => _bench.Tokens.Validate(token))!.Code, Is.EqualTo(code));
}
