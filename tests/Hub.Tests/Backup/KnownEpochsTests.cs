using System.Security.Cryptography;
using Hub.Adapters.Backup;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Tests.Storage;

namespace Hub.Tests.Backup;

[TestFixture]
public sealed class KnownEpochsTests
{
    private readonly Dictionary<string, (LocalSigner Signer, NoteVerifier Verifier)> _keys = [];
    private TemporaryFolder _folder = null!;
    private EpochEvidence _evidence = null!;

    [SetUp]
    public void Create()
    {
        _keys.Clear();
        (_folder, _evidence) = (new TemporaryFolder(), new EpochEvidence());
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task Judge_GenuineCheckpoints_KnowsTheGreatestAndTheNextNumber()
    {
        foreach (var size in new[] { 3, 9, 5 }) _evidence.AddShown(await NoteAsync("Z97/hub/log/1", size));
        var known = KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1"));
        Assert.That((Checkpoint.Open(known.Greatest!, Key("Z97/hub/log/1"))!.Size, known.Next), Is.EqualTo((9L, "Z97/hub/log/2")));
    }

    [Test]
    public async Task Judge_ShownCheckpointThatTheKeyDidNotSign_IsRefused()
    {
        var genuine = await NoteAsync("Z97/hub/log/1", 9);
        _keys.Clear();
        _evidence.AddShown(genuine);
        Assert.That(() => KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1")), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Judge_AnotherKeyOfTheSameOrigin_IsRefused()
    {
        WriteKey("Z97/hub/log/1");
        _keys.Clear();
        _evidence.AddKeys(_folder.Path);
        Assert.That(() => KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1")), Throws.TypeOf<InvalidDataException>());
    }

    [TestCase("Z98/hub/log/7")]
    [TestCase("Z97/hub/log/2147483647")]
    [TestCase("Z97/hub/log/99999999999999999999")]
    public async Task Judge_ShownCheckpointOfNoEpochOfThisHub_IsRefused(string origin)
    {
        _evidence.AddShown(await NoteAsync(origin, 9));
        Assert.That(() => KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1")), Throws.TypeOf<InvalidDataException>());
    }

    [TestCase("Z98/hub/log/7", "Z97/hub/log/2")]
    [TestCase("Z97/hub/log/2147483647", "Z97/hub/log/2")]
    [TestCase("Z97/hub/log/7", "Z97/hub/log/8")]
    public void Next_OriginOfTheOldFoldersIdentity_CountsWhenItIsOfThisHub(string origin, string next)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "hub.json"), $$"""{"address":"Z97/hub","origin":"{{origin}}"}""");
        _evidence.AddFolder(_folder.Path);
        Assert.That(KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1")).Next, Is.EqualTo(next));
    }

    [Test]
    public void After_KeyWithoutCheckpointBesideADamagedOne_IsKept()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "a.vkey"), "no key");
        WriteKey("Z97/hub/log/2");
        _evidence.AddKeys(_folder.Path);
        var known = KnownEpochs.Judge(_evidence, Key("Z97/hub/log/1"));
        Assert.That(known.After.Select(static epoch => (epoch.Key.ToString(), epoch.LastKnown)), Is.EqualTo(new[] { (Key("Z97/hub/log/2").ToString(), (string?)null) }));
        Assert.That(known.Next, Is.EqualTo("Z97/hub/log/3"));
    }

    private NoteVerifier Key(string origin) => Of(origin).Verifier;

    private (LocalSigner Signer, NoteVerifier Verifier) Of(string origin)
    {
        if (_keys.TryGetValue(origin, out var known)) return known;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = LocalSigner.FromPem("log", key.ExportPkcs8PrivateKeyPem(), SignatureAlgorithm.Es256);
        return _keys[origin] = (signer, new NoteVerifier(origin, new VerificationKey("log", signer.ExportSubjectPublicKeyInfo())));
    }

    private void WriteKey(string origin) => File.WriteAllText(Path.Combine(_folder.Path, $"log-{KnownEpochs.Number(origin)}.vkey"), Key(origin) + "\n");

    private async Task<string> NoteAsync(string origin, long size)
    {
        var (signer, verifier) = Of(origin);
        var path = Path.Combine(_folder.Path, $"{KnownEpochs.Number(origin)}-{size}.note");
        await File.WriteAllTextAsync(path, await SignedNote.SignAsync(new Checkpoint(origin, size, RandomNumberGenerator.GetBytes(32)).ToString(), origin, signer, verifier.Key.SubjectPublicKeyInfo));
        return path;
    }
}
