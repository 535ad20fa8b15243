using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Host.Identity;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class PersonTokenTests
{
    private const string Name = "operator:an";

    private TokenBench _bench = null!;

    [SetUp]
    public void SetUp() => _bench = new TokenBench();

    [TearDown]
    public void TearDown() => _bench.Dispose();

    [Test]
    public async Task Validate_TokenOfAPerson_NamesPersonAndSubtree()
    {
        _bench.Register(_bench.Operator(under: AgencyCode.Parse("H06"), content: true));
        var caller = _bench.Tokens.Validate(await TokenAsync());
        Assert.Multiple(() =>
        {
            Assert.That(caller.Actor, Is.EqualTo(Name));
            Assert.That(caller.Scopes, Is.EqualTo(Scopes.Operator | Scopes.Content));
            Assert.That(caller.ToRegistryActor(), Is.EqualTo(new RegistryActor(Name, "an", null, AgencyCode.Parse("H06"))));
        });
    }

    [Test]
    public async Task Validate_TokenFromTheSocket_IsNoPerson()
    {
        var caller = _bench.Tokens.Validate(await _bench.Tokens.IssueOnSocketAsync(Name, Scopes.Operator, TimeSpan.FromHours(1), AgencyCode.Parse("H06")));
        Assert.That(caller.ToRegistryActor(), Is.EqualTo(new RegistryActor(Name, null, null, AgencyCode.Parse("H06"))));
    }

    [Test]
    public async Task Validate_SocketTokenInTheNameOfARegisteredPerson_Refuses()
    {
        var token = await _bench.Tokens.IssueOnSocketAsync(Name, Scopes.Operator, TimeSpan.FromHours(1));
        _bench.Register(_bench.Operator());
        Refuses(token, ProblemCode.Unauthenticated);
    }

    [Test]
    public void OnSocket_UserCalledLikeARegisteredPerson_IsToldApart()
    {
        var caller = new Caller(Name, Scopes.Operator, null);
        Assert.That(_bench.Tokens.OnSocket(caller).Actor, Is.EqualTo(Name));
        _bench.Register(_bench.Operator());
        Assert.That(_bench.Tokens.OnSocket(caller).Actor, Is.EqualTo(Name + "/socket"));
    }

    [Test]
    public async Task Validate_PersonGone_Refuses()
    {
        _bench.Register(_bench.Operator());
        var token = await TokenAsync();
        _bench.Tokens.Validate(token);
        _bench.Register(person: null);
        Refuses(token, ProblemCode.Unauthenticated);
    }

    [Test]
    public async Task Validate_PersonMadeAuditorSince_Refuses()
    {
        _bench.Register(_bench.Operator());
        var token = await TokenAsync();
        _bench.Register(_bench.Operator("auditor"));
        Refuses(token, ProblemCode.Unauthenticated);
    }

    [Test]
    public async Task Validate_EntryOrKeyEndedSince_Refuses()
    {
        _bench.Register(_bench.Operator());
        var token = await TokenAsync();
        var now = _bench.Clock.GetUtcNow();
        _bench.Register(_bench.Operator() with { ValidUntil = now });
        Refuses(token, ProblemCode.Unauthenticated);
        _bench.Register(_bench.Operator() with { Keys = [_bench.AliceKey(revoked: now)] });
        Refuses(token, ProblemCode.KeyRevoked);
        _bench.Register(_bench.Operator() with { Keys = [_bench.AliceKey(notAfter: now)] });
        Refuses(token, ProblemCode.KeyExpired);
    }

    [Test]
    public async Task Validate_RightsTakenSince_HoldAtOnce()
    {
        _bench.Register(_bench.Operator(content: true));
        var token = await TokenAsync();
        _bench.Register(_bench.Operator(under: AgencyCode.Parse("H06.01")));
        var caller = _bench.Tokens.Validate(token);
        Assert.That((caller.Scopes, caller.Under), Is.EqualTo((Scopes.Operator, (AgencyCode?)AgencyCode.Parse("H06.01"))));
    }

    [Test]
    public async Task Validate_AfterAnHour_Expired()
    {
        _bench.Register(_bench.Operator());
        var token = await TokenAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(60));
        Refuses(token, ProblemCode.Unauthenticated);
    }

    [Test]
    public void Verify_StrangersLearnNothing_SameAnswerForNoPersonNoKeyAndWrongKey()
    {
        _bench.Register(_bench.Operator());
        var details = new[]
        {
            RefusedAssertion(_bench.Assertion(_bench.ClaimsOf("operator:nobody"))),
            RefusedAssertion(_bench.Assertion(_bench.ClaimsOf(Name), new(StringComparer.Ordinal) { ["alg"] = "ES256", ["kid"] = "k9" })),
            RefusedAssertion(_bench.Assertion(_bench.ClaimsOf(Name), sign: data => _bench.BobSigner.Sign(data))),
            RefusedAssertion(_bench.Assertion(_bench.ClaimsOf("auditor:an"))),
        };
        Assert.That(details.Distinct(), Has.Exactly(1).Items);
    }

    [Test]
    public void Verify_EncryptionKey_ProvesNothing()
    {
        var key = _bench.AliceKey() with { Use = KeyUse.Encryption };
        _bench.Register(_bench.Operator() with { Keys = [key] }, key);
        RefusedAssertion(_bench.Assertion(_bench.ClaimsOf(Name)));
        Assert.That(Assert.Throws<ProblemException>(() => _bench.Verify(_bench.Assertion()))!.Code, Is.EqualTo(ProblemCode.KeyUnknown));
    }

    [Test]
    public void Verify_SameAssertionTwice_Refuses()
    {
        _bench.Register(_bench.Operator());
        var assertion = _bench.Assertion(_bench.ClaimsOf(Name));
        _bench.Verify(assertion);
        Assert.That(Assert.Throws<ProblemException>(() => _bench.Verify(assertion))!.Code, Is.EqualTo(ProblemCode.Unauthenticated));
    }

    private ValueTask<string> TokenAsync()
    {
        var client = _bench.Verify(_bench.Assertion(_bench.ClaimsOf(Name)));
        return _bench.Tokens.IssueAsync(client, client.Scopes);
    }

    private string RefusedAssertion(string assertion)
    {
        var refused = Assert.Throws<ProblemException>(() => _bench.Verify(assertion))!;
        Assert.That(refused.Code, Is.EqualTo(ProblemCode.Unauthenticated));
        return refused.Problem.Detail;
    }

    private void Refuses(string token, ProblemCode code) =>
        Assert.That(Assert.Throws<ProblemException>(() => _bench.Tokens.Validate(token))!.Code, Is.EqualTo(code));
}
