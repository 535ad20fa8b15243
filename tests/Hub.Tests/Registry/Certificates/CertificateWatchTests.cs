using System.Text.Json.Nodes;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Registry.RegistrySamples;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Registry.Certificates;

public sealed class CertificateWatchTests : IRegistry, IRevocationSource, IAsyncDisposable
{
    private static readonly SystemAddress Sender = SystemAddress.Parse("H06/qlvb");
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _root = new();
    private readonly Dictionary<string, Func<RevocationAnswer>> _answers = new(StringComparer.Ordinal);
    private ManualClock _clock = null!;
    private InMemoryStore _store = null!;
    private FileHubKeys _keys = null!;
    private GroupCommitter _committer = null!;
    private CertificateTable _table = null!;
    private CertificateWatch _watch = null!;
    private SystemKey _key = null!;
    private int _asked;

    public RegistrySnapshot Current { get; private set; } = null!;

    public ValueTask<IReadOnlyList<RevocationAnswer>> AskAsync(IReadOnlyList<IssuedCertificate> certificates, CancellationToken cancellationToken = default)
    {
        _asked += certificates.Count;
        return new([.. certificates.Select(c => _answers.GetValueOrDefault(c.Sha256)?.Invoke() ?? new RevocationAnswer(CertificateState.Unknown, null) { Fault = "silence" })]);
    }

    [SetUp]
    public async Task Open()
    {
        _answers.Clear();
        _asked = 0;
        _clock = new ManualClock(Now);
        _keys = FileHubKeys.OpenOrCreate(_folder.Path, HubAddress);
        _store = new InMemoryStore();
        await _store.OpenAsync();
        _committer = new GroupCommitter(_store, _keys, new HubSettings { DataDirectory = _folder.Path }, _clock, NullLogger<GroupCommitter>.Instance);
        await _committer.StartAsync();
        _key = _root.Issue("k1");
        Register("grace", _key);
        await StartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        _watch.Dispose();
        await _committer.DisposeAsync();
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _root.Dispose();
        return default;
    }

    [Test]
    public async Task Find_RevokedCertificate_IsRefusedFromItsInstantOnAndEntered()
    {
        Good();
        await _watch.LookAsync();
        Assert.That(Find(), Is.Null);
        _answers[Sha256] = () => new RevocationAnswer(CertificateState.Revoked, "s") { ThisUpdate = Now, Until = Now.AddHours(9), RevokedAt = Now.AddHours(2), Reason = "keyCompromise" };
        _clock.Advance(TimeSpan.FromHours(1.5));
        await _watch.LookAsync();
        Assert.That(Find(), Is.Null, "not yet");
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked));
        var entries = await EntriesAsync();
        Assert.That(entries.Select(static e => ((string?)e["status"], (string?)e["owner"], (string?)e["key"])), Is.EqualTo(new[]
        {
            ("good", (string?)Sender.ToString(), (string?)"k1"), ("revoked", Sender.ToString(), "k1"),
        }));
    }

    [TestCase("keyCompromise", ExpectedResult = CertificateState.Revoked)]
    [TestCase(StandingRule.OnHold, ExpectedResult = CertificateState.Good)]
    public async Task<CertificateState?> Look_GoodAfterRevoked_OnlyAHoldIsLifted(string reason)
    {
        _answers[Sha256] = () => new RevocationAnswer(CertificateState.Revoked, "s") { ThisUpdate = Now, Until = Now.AddHours(9), RevokedAt = Now.AddHours(-1), Reason = reason };
        await _watch.LookAsync();
        Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked));
        Good(from: 24);
        _clock.Advance(TimeSpan.FromHours(25));
        await _watch.LookAsync();
        return _table.Find(_key.Key.CertificateSha256!)?.State;
    }

    [Test]
    public async Task Find_NobodyAnswers_HoldsForTheGraceAndNoLonger()
    {
        Good(hours: 1);
        await _watch.LookAsync();
        _answers.Clear();
        await PassAsync(TimeSpan.FromHours(24.5));
        Assert.That(Find(), Is.Null);
        await PassAsync(TimeSpan.FromHours(1));
        Assert.That(Find(), Is.EqualTo(ProblemCode.CertificateInvalid));
        Good(from: 25, hours: 2);
        await PassAsync(TimeSpan.FromHours(1));
        Assert.That(Find(), Is.Null, "an answer mends it");
        Assert.That((await EntriesAsync()).Select(static e => (string?)e["status"]), Is.EqualTo(new[] { "good", "unknown", "good" }));
    }

    [Test]
    public async Task Find_Strict_NeedsAFreshAnswer()
    {
        Register("strict", _key);
        Assert.That(Find(), Is.EqualTo(ProblemCode.CertificateInvalid), "not looked at");
        Good(hours: 1);
        await _watch.LookAsync();
        Assert.That(Find(), Is.Null);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.That(Find(), Is.EqualTo(ProblemCode.CertificateInvalid), "also before anybody notices that it has lapsed");
    }

    [Test]
    public async Task Look_Replay_IsNoAnswer()
    {
        Good(from: 1, hours: 2);
        _clock.Advance(TimeSpan.FromHours(1));
        await _watch.LookAsync();
        Good(from: 0, hours: 9);
        await PassAsync(TimeSpan.FromHours(1));
        var standing = _table.Find(_key.Key.CertificateSha256!)!;
        Assert.That(standing.ThisUpdate, Is.EqualTo(Now.AddHours(1)));
        Assert.That(standing.Fault, Does.Contain("replay"));
    }

    [Test]
    public async Task Load_AfterARestart_KnowsRevocationsAndGrace()
    {
        var other = _root.Issue("k2");
        Register("grace", _key, other);
        _answers[Sha256] = static () => new RevocationAnswer(CertificateState.Revoked, "s") { ThisUpdate = Now, Until = Now.AddHours(9), RevokedAt = Now, Reason = "keyCompromise" };
        await _watch.LookAsync();
        _answers.Clear();
        _clock.Advance(TimeSpan.FromHours(25));
        await StartAsync();
        Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked), "before anybody was asked");
        await _watch.LookAsync();
        Assert.Multiple(() =>
        {
            Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked));
            Assert.That(Find("k2"), Is.EqualTo(ProblemCode.CertificateInvalid), "its grace began before the restart");
        });
    }

    [Test]
    public async Task Look_RevokedAuthority_TakesItsKeysWithIt()
    {
        using var between = new TestAuthority("CN=Between", _root);
        _key = between.Issue("k1");
        Register("grace", [between], _key);
        Good();
        var authority = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(between.Anchor.Certificate.Span));
        _answers[authority] = static () => new RevocationAnswer(CertificateState.Revoked, "s") { ThisUpdate = Now, Until = Now.AddHours(9), RevokedAt = Now.AddDays(-1), Reason = "cACompromise" };
        await _watch.LookAsync();
        Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked));
    }

    [Test]
    public async Task Look_AnchorRemoved_KeyIsNotTrustedWhereCertificatesAreRequired()
    {
        Good();
        using var other = new TestAuthority("CN=Other");
        await _watch.LookAsync();
        Current = Snapshot(2, new RegistryPolicy { CertificatesRequired = true }, [other], _key);
        await _watch.LookAsync();
        Assert.That(Find(), Is.EqualTo(ProblemCode.CertificateInvalid));
    }

    [Test]
    public async Task Look_AnchorOfARevokedCertificateRemoved_StaysRevoked()
    {
        _answers[Sha256] = static () => new RevocationAnswer(CertificateState.Revoked, "s") { ThisUpdate = Now, Until = Now.AddHours(9), RevokedAt = Now };
        await _watch.LookAsync();
        Current = Snapshot(2, new RegistryPolicy(), [], _key);
        await _watch.LookAsync();
        Assert.That(Find(), Is.EqualTo(ProblemCode.KeyRevoked));
    }

    [Test]
    public async Task IsDue_NothingNew_RestsUntilTheNextQuestion()
    {
        Good(hours: 10);
        Assert.That(_watch.IsDue(_clock.GetUtcNow()), Is.True);
        await _watch.LookAsync();
        Assert.That(_watch.IsDue(_clock.GetUtcNow().AddMinutes(59)), Is.False);
        Assert.That(_watch.IsDue(_clock.GetUtcNow().AddMinutes(61)), Is.True);
        Register("grace", _key);
        Assert.That(_watch.IsDue(_clock.GetUtcNow()), Is.True);
        await _watch.LookAsync();
        Assert.That(_asked, Is.EqualTo(1), "what is known is not asked again");
    }

    [Test]
    public async Task Look_PolicyOff_AsksNobody()
    {
        Register("off", _key);
        await _watch.LookAsync();
        Assert.That((_asked, Find()), Is.EqualTo((0, (ProblemCode?)null)));
    }

    private string Sha256 => Convert.ToHexStringLower(_key.Key.CertificateSha256!);

    private void Good(int from = 0, int hours = 9) =>
        _answers[Sha256] = () => new RevocationAnswer(CertificateState.Good, "s") { ThisUpdate = Now.AddHours(from), Until = Now.AddHours(from + hours) };

    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _clock.GetUtcNow() + time; _clock.GetUtcNow() < end;)
        {
            _clock.Advance(TimeSpan.FromMinutes(30));
            if (_watch.IsDue(_clock.GetUtcNow())) await _watch.LookAsync();
        }
    }

    private async Task StartAsync()
    {
        _table = new CertificateTable();
        _watch = new CertificateWatch(this, _store, _committer, _keys, this, _table, _clock, NullLogger<CertificateWatch>.Instance);
        await _watch.LoadAsync();
    }

    private void Register(string revocation, params SystemKey[] keys) => Register(revocation, [], keys);

    private void Register(string revocation, TestAuthority[] others, params SystemKey[] keys) =>
        Current = Snapshot((Current?.Version ?? 0) + 1, new RegistryPolicy { Revocation = revocation }, [_root, .. others], keys);

    private static RegistrySnapshot Snapshot(long version, RegistryPolicy policy, IEnumerable<TestAuthority> anchors, params SystemKey[] keys)
    {
        var content = Content();
        return new RegistrySnapshot(version, content with
        {
            Policy = policy,
            Anchors = [.. anchors.Select(static a => a.Anchor)],
            Systems = [.. content.Systems.Select(s => s.Address == Sender ? s with { Keys = keys } : s with { Keys = [] })],
        });
    }

    private ProblemCode? Find(string key = "k1")
    {
        try
        {
            new RegistryKeyRing(Current, _keys, _clock, development: false, _table).Find(Sender, new KeyHint(key, null));
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code;
        }
    }

    private async Task<List<JsonNode>> EntriesAsync() =>
        [.. (await _store.ListEntriesAsync(0, 100)).Where(static e => e.ParseHeader().Kind == EntryKinds.CertificateStatus).Select(static e => JsonNode.Parse(e.Body!.Value.Span)!)];
}
