using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Host.Api;
using Hub.Host.CommandLine;

namespace Hub.Tests.Host;

/// <summary>A log made by hand, served from memory, and then bent in every way a dishonest hub could bend it.</summary>
[TestFixture]
public sealed class LogVerificationTests
{
    private const int Entries = 70_000;
    private const string Origin = "H06.09/lgsp/log/1";

    private static readonly LocalSigner Signer = TokenBench.NewSigner("log");
    private static readonly NoteVerifier Key = new(Origin, new VerificationKey("log", Signer.ExportSubjectPublicKeyInfo()));
    private static readonly List<byte[][]> Levels = Build();

    private static readonly ConcurrentDictionary<string, byte[]> Served = new(StringComparer.Ordinal);

    private Dictionary<string, byte[]> _bent = null!;

    [SetUp]
    public void SetUp() => _bent = new(StringComparer.Ordinal);

    [Test]
    public async Task Run_HonestLog_Holds()
    {
        var verdict = await VerifyAsync(await NoteAsync(Entries - 1));
        Assert.Multiple(() =>
        {
            Assert.That(verdict.Failures, Is.Empty);
            Assert.That((verdict.Size, verdict.Origin), Is.EqualTo(((long)Entries, Origin)));
        });
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(256)]
    [TestCase(65_536)]
    [TestCase(Entries)]
    public async Task Run_OlderCheckpoint_IsAPrefix(int size) => Assert.That((await VerifyAsync(await NoteAsync(size))).Failures, Is.Empty);

    [TestCase("/log/tile/0/000")]
    [TestCase("/log/tile/1/000")]
    [TestCase("/log/tile/2/000.p/1")]
    public async Task Run_TileChanged_Fails(string path)
    {
        Bend(path, static hash => hash[5] ^= 1);
        Assert.That((await VerifyAsync(null)).Valid, Is.False);
    }

    [Test]
    public async Task Run_LogShorterThanBefore_Fails()
    {
        var before = await NoteAsync(Entries);
        Bend("/log/checkpoint", Encoding.UTF8.GetBytes(await NoteAsync(Entries - 5)));
        Assert.That((await VerifyAsync(before)).Valid, Is.False);
    }

    [Test]
    public async Task Run_OlderCheckpointOfAnotherTree_Fails()
    {
        var forged = await SignedNote.SignAsync(new Checkpoint(Origin, 300, SHA256.HashData("other"u8)).ToString(), Origin, Signer, Signer.ExportSubjectPublicKeyInfo());
        Assert.That((await VerifyAsync(forged)).Valid, Is.False);
    }

    [Test]
    public async Task Run_CheckpointOfAnotherKey_Fails()
    {
        var other = TokenBench.NewSigner("log");
        var forged = await SignedNote.SignAsync(new Checkpoint(Origin, Entries, Root(Entries)).ToString(), Origin, other, other.ExportSubjectPublicKeyInfo());
        Bend("/log/checkpoint", Encoding.UTF8.GetBytes(forged));
        Assert.That((await VerifyAsync(null)).Valid, Is.False);
    }

    [TestCase("header")]
    [TestCase("commitment")]
    [TestCase("missing")]
    public async Task Run_EntryThatIsNotWhatTheTreeHolds_Fails(string fault)
    {
        var page = Page(512, 256);
        if (fault == "header") page["items"]![7]!["header"] = "{}";
        if (fault == "commitment") page["items"]![7]!["commitment"] = "broken";
        if (fault == "missing") page["items"]!.AsArray().RemoveAt(255);
        Bend("/api/v1/operator/entries?first=512&count=256", Encoding.UTF8.GetBytes(page.ToJsonString()));
        Assert.That((await VerifyAsync(null, entries: true)).Valid, Is.False);
    }

    [Test]
    public async Task Run_ErasedBodies_AreCountedAndHold()
    {
        var page = Page(512, 256);
        page["items"]![7]!["commitment"] = "erased";
        Bend("/api/v1/operator/entries?first=512&count=256", Encoding.UTF8.GetBytes(page.ToJsonString()));
        var verdict = await VerifyAsync(null, entries: true);
        Assert.That((verdict.Valid, verdict.Erased), Is.EqualTo((true, 1L)));
    }

    private void Bend(string path, byte[] octets) => _bent[path] = octets;

    private void Bend(string path, Action<byte[]> change)
    {
        var octets = Honest(path).ToArray();
        change(octets);
        Bend(path, octets);
    }

    private async Task<LogVerdict> VerifyAsync(string? older, bool entries = false)
    {
        var head = Encoding.UTF8.GetBytes(await NoteAsync(Entries));
        var log = new LogReader(path => Task.FromResult(_bent.GetValueOrDefault(path) ?? (path == "/log/checkpoint" ? head : Honest(path))), seesEntries: entries);
        return await new LogVerification(log, Key, static _ => { }).RunAsync(older);
    }

    private static byte[] Honest(string path) => Served.GetOrAdd(path, Serve);

    private static byte[] Serve(string path)
    {
        if (path.StartsWith("/api/", StringComparison.Ordinal))
        {
            var query = path[(path.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&', '=');
            return Encoding.UTF8.GetBytes(Page(int.Parse(query[1]), int.Parse(query[3])).ToJsonString());
        }

        var parts = path.Split('/', 5);
        Assert.That(TileName.TryParse(parts[4], out var index, out var width), Is.True, path);
        return [.. Levels[int.Parse(parts[3])].AsSpan((int)index * TileName.FullWidth, width).ToArray().SelectMany(static hash => hash)];
    }

    private static JsonObject Page(int first, int count) => new()
    {
        ["items"] = new JsonArray([.. Enumerable.Range(first, count).Select(static i => (JsonNode)new JsonObject { ["header"] = HeaderOf(i), ["commitment"] = "holds" })]),
    };

    private static string HeaderOf(int index) => $"entry {index}";

    private static ValueTask<string> NoteAsync(int size) =>
        SignedNote.SignAsync(new Checkpoint(Origin, size, Root(size)).ToString(), Origin, Signer, Signer.ExportSubjectPublicKeyInfo());

    /// <summary>The root by RFC 9162's definition, not by the code under test.</summary>
    private static byte[] Root(int size) => size == 0 ? MerkleTree.EmptyRoot.ToArray() : Root(0, size);

    private static byte[] Root(int start, int end)
    {
        if (end - start == 1) return Levels[0][start];
        var split = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(end - start)) / 2;
        return MerkleTree.NodeHash(Root(start, start + split), Root(start + split, end));
    }

    private static List<byte[][]> Build()
    {
        List<byte[][]> levels = [[.. Enumerable.Range(0, Entries).Select(static i => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(HeaderOf(i))))]];
        while (levels[^1].Length >= TileName.FullWidth)
            levels.Add([.. levels[^1].Chunk(TileName.FullWidth).Where(static tile => tile.Length == TileName.FullWidth).Select(static tile => Fold(tile))]);
        return levels;
    }

    private static byte[] Fold(byte[][] hashes) => hashes.Length == 1 ? hashes[0] : Fold([.. hashes.Chunk(2).Select(static pair => MerkleTree.NodeHash(pair[0], pair[1]))]);
}
