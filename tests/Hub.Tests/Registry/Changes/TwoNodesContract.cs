using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

/// <summary>Two nodes over one store change and decide: each change rests on what is in force, and both see the same registry.</summary>
public abstract class TwoNodesContract
{
    private static readonly RegistryActor An = Operator("an");
    private static readonly RegistryActor Binh = Operator("binh");
    private RegistryBench _first = null!;
    private SecondNode _second = null!;

    /// <summary>An empty store as each of the nodes sees it; the second is opened already, or the same.</summary>
    private protected abstract ValueTask<(IHubStore First, IHubStore Second)> StoresAsync();

    /// <summary>Both nodes have stopped.</summary>
    private protected virtual ValueTask EndAsync() => default;

    /// <summary>Keeps both nodes from committing until it is disposed, as far as the store can.</summary>
    private protected virtual ValueTask<IAsyncDisposable> HoldAsync(IHubStore store) => new(new NoHold());

    [SetUp]
    public async Task StartAsync()
    {
        var (first, second) = await StoresAsync();
        _first = await RegistryBench.StartAsync(["an", "binh"], store: first);
        _second = await SecondNode.StartAsync(second, DataFolder.Keys, _first.Clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        await EndAsync();
    }

    [Test]
    public async Task CatchUp_WhenHeardOf_PutsInForceWhatTheOtherChanged()
    {
        var changed = _second.Registry.WaitForVersionAsync(1, TimeSpan.FromDays(1)).AsTask();
        for (var i = 0; i < 60; i++) await RenameAsync(_first.Registry, "one", $"Cấp {i}");
        await _second.Registry.CatchUpAsync(61);
        Assert.That(await changed.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(61));
        AssertSame();
    }

    [Test]
    public async Task CatchUp_WithoutAnyWake_HappensWithinTheSecond()
    {
        var changed = _second.Registry.WaitForVersionAsync(1, TimeSpan.FromDays(1)).AsTask();
        await RenameAsync(_first.Registry, "one", "Cấp mới");
        for (var seconds = 0; seconds < 3600 && !changed.IsCompleted; seconds++)
        {
            _first.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        AssertSame();
    }

    [Test]
    public async Task Changes_OfDifferentObjectsAtOnce_AllHold([Values(1, 8)] int each)
    {
        await TogetherAsync(
            async () => { for (var i = 0; i < each; i++) await RenameAsync(_first.Registry, "one", $"Cấp {i}"); },
            async () => { for (var i = 0; i < each; i++) await RenameAsync(_second.Registry, "two", $"Cấp {i}"); });
        await _first.Registry.CatchUpAsync(long.MaxValue);
        await _second.Registry.CatchUpAsync(long.MaxValue);
        AssertSame();
        var current = _first.Registry.Current;
        Assert.That((current.Version, current.Content.Levels.Count(a => a.NameVi.EndsWith($" {each - 1}", StringComparison.Ordinal))), Is.EqualTo((1L + (2 * each), 2)));
        await AssertLogAsync();
    }

    [Test]
    public async Task Changes_OfTheSameObjectAtOnce_OnlyOneHolds()
    {
        var seen = RegistryObjects.Find(_first.Registry.Current, RegistrySections.Levels, "province")!;
        var digest = Hub.Core.Registry.Documents.ObjectForms.Of(RegistrySections.Levels).ToObject(seen).Digest;
        var outcomes = new List<ProblemCode?>();
        await TogetherAsync(
            async () => outcomes.Add(await OutcomeAsync(() => RenameAsync(_first.Registry, "province", "Một", digest))),
            async () => outcomes.Add(await OutcomeAsync(() => RenameAsync(_second.Registry, "province", "Hai", digest))));
        Assert.That(outcomes, Is.EquivalentTo(new[] { null, ProblemCode.RegistryConflict }));
        await AssertLogAsync();
    }

    [Test]
    public async Task Decisions_OfOneProposalAtOnce_OnlyOneHolds()
    {
        var proposal = await ProposeAsync(_first.Registry, "r2");
        var outcomes = new List<ProblemCode?>();
        await TogetherAsync(
            async () => outcomes.Add(await OutcomeAsync(() => _first.Registry.ApproveAsync(proposal, Binh, null).AsTask())),
            async () => outcomes.Add(await OutcomeAsync(() => _second.Registry.RejectAsync(proposal, Binh, "sai").AsTask())));
        Assert.That(outcomes, Is.EquivalentTo(new[] { null, ProblemCode.ProposalClosed }));
        Assert.That((await _first.EntriesAsync()).Count(e => e.Kind == EntryKinds.RegistryDecided), Is.EqualTo(1));
        await AssertLogAsync();
    }

    [Test]
    public async Task Proposal_OfTheOther_IsDecidedHere()
    {
        var proposal = await ProposeAsync(_first.Registry, "r2");
        Assert.That((await _second.Registry.ApproveAsync(proposal, Binh, null)).State, Is.EqualTo("applied"));
        await _first.Registry.CatchUpAsync(2);
        AssertSame();
        Assert.That(await OutcomeAsync(() => _first.Registry.RejectAsync(proposal, Binh, "sai").AsTask()), Is.SameAs(ProblemCode.ProposalClosed));
    }

    [Test]
    public async Task Proposals_OfASystem_AreCountedOverBothNodes()
    {
        var own = Of(RegistryBench.System);
        var waiting = new List<string>();
        for (var i = 0; i < 5; i++) waiting.Add((await KeyAsync(i % 2 == 0 ? _first.Registry : _second.Registry, i, own)).Proposal!);
        Assert.That(await OutcomeAsync(() => KeyAsync(_second.Registry, 5, own)), Is.SameAs(ProblemCode.RateLimited));
        await _first.Registry.RejectAsync(waiting[1], An, "thừa");
        Assert.That((await KeyAsync(_second.Registry, 5, own)).State, Is.EqualTo("pending"));
    }

    [Test]
    public async Task Compromise_ReportedHere_EndsWhatItsSystemProposedThere()
    {
        var proposal = (await KeyAsync(_first.Registry, 0, Of(RegistryBench.System))).Proposal!;
        await _second.Registry.CompromiseAsync(RegistryBench.System, "k1", _first.Clock.GetUtcNow().AddHours(-1), An, "mất máy");
        Assert.That((await _first.Store.FindProposalAsync(proposal))!.State, Is.EqualTo("rejected"));
    }

    [Test]
    public async Task Agency_ThatHadASystemAtTheOther_IsNotRemovedHere()
    {
        await RenameAsync(_second.Registry, "one", "Cấp");
        await _first.Registry.ApplyAsync(Patch("systems", "H07/qlvb", null), An);
        Assert.That(await OutcomeAsync(() => _second.Registry.ApplyAsync(Patch("agencies", "H07", null), An).AsTask()), Is.SameAs(ProblemCode.RegistryInvalid));
    }

    private static RegistryPatch Patch(string section, string id, JsonObject? value, string? ifMatch = null) => new([new ObjectChange(section, id, value, ifMatch)]);

    /// <summary>A change that one person may make.</summary>
    private static async Task RenameAsync(RegistryService registry, string level, string name, string? ifMatch = null) =>
        await registry.ApplyAsync(Patch(RegistrySections.Levels, level, new JsonObject { ["nameVi"] = name, ["order"] = 3 }, ifMatch), An);

    private static async Task<string> ProposeAsync(RegistryService registry, string id) => (await registry.ApplyAsync(
        Patch("rights", id, new JsonObject { ["from"] = "H07", ["to"] = "H06", ["services"] = new JsonArray("vn.document.v1") }), An)).Proposal!;

    private async Task<ChangeOutcome> KeyAsync(RegistryService registry, int number, RegistryActor actor) =>
        await registry.ApplyAsync(Patch("keys", $"{RegistryBench.System} n{number}", await _first.KeyAsync(RegistryBench.System, $"n{number}")), actor);

    private static async Task<ProblemCode?> OutcomeAsync(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code;
        }
    }

    /// <summary>Both are checked before either is committed, where the store can be held.</summary>
    private async Task TogetherAsync(Func<Task> first, Func<Task> second)
    {
        Task both;
        await using (await HoldAsync(_first.Store))
        {
            both = Task.WhenAll(Task.Run(first), Task.Run(second));
            await Task.WhenAny(both, Task.Delay(50));
        }

        // Who met the other's commit waits a little before it tries again, by this clock.
        for (var deadline = Environment.TickCount64 + 60_000; !both.IsCompleted && Environment.TickCount64 < deadline; await Task.Delay(1))
            _first.Clock.Advance(TimeSpan.FromMilliseconds(5));
        await both.WaitAsync(TimeSpan.FromSeconds(1));
    }

    private void AssertSame()
    {
        Assert.That(_second.Registry.Current.Version, Is.EqualTo(_first.Registry.Current.Version));
        Assert.That(RegistryDocument.Write(_second.Registry.Current.Content), Is.EqualTo(RegistryDocument.Write(_first.Registry.Current.Content)));
    }

    /// <summary>Every version has its one entry, at the place it says.</summary>
    private async Task AssertLogAsync()
    {
        var entries = await _first.EntriesAsync();
        var versions = await _first.Store.ListRegistryVersionsAsync(0, 200);
        Assert.That(
            entries.Index().Where(e => e.Item.Kind == EntryKinds.RegistryChanged).Select(e => ((long)e.Index, (long)e.Item.Body["version"]!)),
            Is.EqualTo(versions.Select(v => (v.Entry, v.Version))));
    }

    private sealed class NoHold : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }
}
