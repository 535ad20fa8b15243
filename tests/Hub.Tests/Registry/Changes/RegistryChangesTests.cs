using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class RegistryChangesTests
{
    private RegistryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await RegistryBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Dispose_Twice_IsDisposedOnce()
    {
        await using var bench = await RegistryBench.StartAsync();
        bench.Registry.Dispose();
        Assert.That(bench.Registry.Dispose, Throws.Nothing);
    }

    [Test]
    public async Task ApplyAsync_OneObject_IsInForceKeptAndInTheLog()
    {
        var outcome = await _bench.Registry.ApplyAsync(new RegistryPatch([new ObjectChange("agencies", "H06.02", Agency("Sở Hai"))], "QĐ 5"), Socket);
        var (kind, body) = (await _bench.EntriesAsync())[^1];
        var stored = (await _bench.Store.ListRegistryHistoryAsync("agencies", "H06.02"))[^1];
        Assert.Multiple(() =>
        {
            Assert.That((outcome.State, outcome.Version, outcome.Changes.Single().Added.Single()), Is.EqualTo(("applied", 2L, "H06.02")));
            Assert.That(_bench.Registry.Current.FindAgency(AgencyCode.Parse("H06.02"))!.Name, Is.EqualTo("Sở Hai"));
            Assert.That((kind, (string?)body["actor"], (string?)body["reason"]), Is.EqualTo((EntryKinds.RegistryChanged, "operator:lan", "QĐ 5")));
            Assert.That((string?)body["changes"]!["agencies"]!["added"]![0]!["after"], Is.EqualTo(stored.Changes[0].Digest));
            Assert.That((string?)body["approvedBy"], Does.StartWith("nobody"));
            Assert.That(stored.Version, Is.EqualTo(2));
        });
    }

    [Test]
    public async Task ApplyAsync_SameAgain_ChangesNothing()
    {
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"));
        var note = await _bench.Store.FindCheckpointAsync();
        var outcome = await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"));
        Assert.That((outcome.State, outcome.Version, await _bench.Store.FindCheckpointAsync()), Is.EqualTo(("unchanged", 2L, note)));
    }

    [Test]
    public async Task ApplyAsync_DryRun_ReportsAndChangesNothing()
    {
        var note = await _bench.Store.FindCheckpointAsync();
        var outcome = await _bench.Registry.ApplyAsync(new RegistryPatch([new ObjectChange("agencies", "H06.02", Agency("Sở Hai"))]), Socket, dryRun: true);
        Assert.That((outcome.State, outcome.Version, outcome.Changes.Single().Section), Is.EqualTo(("dry-run", 1L, "agencies")));
        Assert.That(await _bench.Store.FindCheckpointAsync(), Is.EqualTo(note));
    }

    [Test]
    public async Task ApplyAsync_SeenSomethingElse_IsAConflict()
    {
        var absent = await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"), ifMatch: "");
        var seen = (await _bench.Store.ListRegistryHistoryAsync("agencies", "H06.02"))[^1].Changes[0].Digest;
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai mới"), seen);
        Assert.That(absent.State, Is.EqualTo("applied"));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Ba"), seen)), Is.SameAs(ProblemCode.RegistryConflict));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Ba"), ifMatch: "")), Is.SameAs(ProblemCode.RegistryConflict));
    }

    [Test]
    public async Task ApplyAsync_Mistakes_AreReportedTogether()
    {
        var patch = new RegistryPatch(
        [
            new ObjectChange("agencies", "H06.02", new JsonObject { ["nam"] = "?" }),
            new ObjectChange("agencies", "H06.02", Agency("x")),
            new ObjectChange("stars", "1", []),
            new ObjectChange("rights", "r2", new JsonObject { ["from"] = "H06", ["to"] = "H07", ["services"] = new JsonArray("vn.document.v1"), ["maxPriority"] = 9 }),
        ]);
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await _bench.Registry.ApplyAsync(patch, Socket));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(string.Join('|', refused.Problem.Items.Select(i => i.Subject)), Does.Contain("agencies[H06.02]").And.Contain("stars[1]").And.Contain("rights[r2]"));
    }

    [Test]
    public async Task ApplyAsync_Dangling_IsRefused()
    {
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "services", "vn.document.v1", null)), Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "agencies", "H07", null)), Is.SameAs(ProblemCode.RegistryInvalid));
    }

    [Test]
    public async Task ApplyAsync_SystemRemoved_TakesItsKeysWithIt()
    {
        await _bench.ApplyAsync(Socket, "rights", "r1", null);
        var outcome = await _bench.ApplyAsync(Socket, "systems", "H07/qlvb", null);
        var state = await _bench.Store.ReadRegistryStateAsync();
        Assert.That(outcome.Changes.Select(c => c.Section), Is.EqualTo(new[] { "systems", "keys" }));
        Assert.That(state!.Objects.Any(o => o.Id.StartsWith("H07/qlvb", StringComparison.Ordinal) && o.Json is not null), Is.False);
    }

    [Test]
    public async Task ApplyAsync_CodeOfAnAgencyThatWas_IsNotGivenToAnother()
    {
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"));
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", null);
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Ba"))), Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That((await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"))).State, Is.EqualTo("applied"));
    }

    [Test]
    public async Task ImportAsync_WithoutAnAgencyInUse_IsRefused()
    {
        var yaml = string.Join('\n', _bench.Document().Split('\n').Where(l => !l.Contains("H07", StringComparison.Ordinal)).Prepend("")).Replace("rights:", "rights: []", StringComparison.Ordinal)
            .Replace("levels:", "services: [{type: vn.document.v1, nameVi: Văn bản}]\nlevels:", StringComparison.Ordinal);
        Assert.That(await _bench.RefusedAsync(async () => await _bench.Registry.ImportAsync(yaml, "operator:lan")), Is.SameAs(ProblemCode.RegistryInvalid));
    }

    [Test]
    public async Task ApplyAsync_KeyWithoutProof_IsRefused()
    {
        var bare = await _bench.KeyAsync(RegistryBench.System, "k2", proven: false);
        Assert.That(await _bench.RefusedAsync(() => _bench.ApplyAsync(Socket, "keys", "H06/qlvb k2", bare)), Is.SameAs(ProblemCode.ProofInvalid));
        var proven = await _bench.ApplyAsync(Socket, "keys", "H06/qlvb k2", await _bench.KeyAsync(RegistryBench.System, "k2"));
        var added = (await _bench.EntriesAsync())[^1].Body["changes"]!["keys"]!["added"]![0]!;
        Assert.That(proven.State, Is.EqualTo("applied"));
        Assert.That(((string?)added["thumbprint"], ((string?)added["proof"])!.Length), Is.EqualTo((_bench.Thumbprint("H06/qlvb k2"), 64)));
    }

    [Test]
    public async Task LoadAsync_AfterRestart_GivesTheSame()
    {
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"));
        using var again = await _bench.RestartAsync();
        Assert.That(again.Current.Version, Is.EqualTo(2));
        Assert.That(RegistryDocument.Write(again.Current.Content), Is.EqualTo(RegistryDocument.Write(_bench.Registry.Current.Content)));
    }

    [Test]
    public async Task LoadAsync_DocumentOfAnOlderHub_IsTakenOverOnce()
    {
        await using var older = await RegistryBench.StartEmptyAsync();
        older.PutDocument(7, older.Document());
        using var first = await older.RestartAsync();
        using var second = await older.RestartAsync();
        var (kind, body) = (await older.EntriesAsync())[^1];
        Assert.Multiple(() =>
        {
            Assert.That((first.Current.Version, second.Current.Version), Is.EqualTo((8L, 8L)));
            Assert.That(second.Current.FindSystem(RegistryBench.System)!.Keys, Has.Count.EqualTo(1));
            Assert.That((kind, (string?)body["actor"], (long?)body["version"]), Is.EqualTo((EntryKinds.RegistryChanged, "hub", 8L)));
        });
    }

    [Test]
    public async Task WaitForVersionAsync_Change_EndsTheWait()
    {
        var waiting = _bench.Registry.WaitForVersionAsync(1, TimeSpan.FromMinutes(1)).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        await _bench.ApplyAsync(Socket, "agencies", "H06.02", Agency("Sở Hai"));
        Assert.That(await waiting, Is.EqualTo(2));
        var nothing = _bench.Registry.WaitForVersionAsync(2, TimeSpan.FromSeconds(5)).AsTask();
        _bench.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.That(await nothing, Is.EqualTo(2));
    }

    private static JsonObject Agency(string name) => new() { ["name"] = name, ["level"] = "province", ["parent"] = "H06" };
}
