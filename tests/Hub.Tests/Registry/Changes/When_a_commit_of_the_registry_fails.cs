using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Registry.Onboarding;
using Hub.Tests.Storage;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

/// <summary>The commit of every act on the registry fails, before it is durable or after: what is in force, what the store keeps and
/// what the log says agree, now and after a restart, and doing it again neither loses nor doubles it.</summary>
[TestFixture]
public sealed class When_a_commit_of_the_registry_fails
{
    private static readonly SystemAddress Applicant = SystemAddress.Parse("H06.01/motcua");
    private RegistryBench _bench = null!;

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    /// <summary>What is done while the commit fails.</summary>
    public enum Act
    {
        Change,
        Import,
        Revoke,
        Compromise,
        Propose,
        Approve,
        Reject,
        Apply,
        Onboard,
        Expire,
    }

    [Test]
    public async Task Should_agree_with_store_and_log([Values] Act act, [Values(CommitFailure.Before, CommitFailure.After)] CommitFailure failure)
    {
        _bench = await RegistryBench.StartAsync(["an", "binh"]);
        var again = await PrepareAsync(act);
        var entries = (await _bench.EntriesAsync()).Length;
        _bench.Failures.Next = failure;
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await again());
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.Unavailable));
        await CheckAgreementAsync();
        Assert.That((await _bench.EntriesAsync()).Length > entries, Is.EqualTo(failure == CommitFailure.After));

        try
        {
            await again();
        }
        catch (ProblemException known) when (failure == CommitFailure.After)
        {
            Assert.That(known.Code, Is.AnyOf(ProblemCode.ProposalClosed, ProblemCode.RegistryConflict, ProblemCode.NotAllowed));
        }

        await CheckAgreementAsync();
    }

    [Test]
    public async Task Should_put_in_force_what_was_durable_once_the_store_can_be_read()
    {
        _bench = await RegistryBench.StartAsync(["an", "binh"]);
        _bench.Failures.Next = CommitFailure.After;
        _bench.Failures.UnreachableAfter = true;
        Assert.That(async () => await RevokeAsync(), Throws.TypeOf<ProblemException>());
        Assert.That(_bench.Registry.Current.Version, Is.EqualTo(1));
        var changed = _bench.Registry.WaitForVersionAsync(1, TimeSpan.FromDays(1)).AsTask();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));
        _bench.Failures.Unreachable = false;
        while (!changed.IsCompleted)
        {
            _bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.That(_bench.Registry.Current.FindSystem(RegistryBench.System)!.Keys.Single().Revoked, Is.Not.Null);
        await CheckAgreementAsync();
    }

    private async Task<Func<Task>> PrepareAsync(Act act)
    {
        var desk = new OnboardingService(_bench.Registry, _bench.Store, DataFolder.Keys, _bench.Clock);
        switch (act)
        {
            case Act.Change: return () => _bench.ApplyAsync(Operator("an"), "rights", "r1", null);
            case Act.Import: return () => _bench.Registry.ImportAsync(_bench.Document("an", "binh").Replace("UBND tỉnh mẫu", "UBND tỉnh khác hẳn", StringComparison.Ordinal), Socket.Name).AsTask();
            case Act.Revoke: return RevokeAsync;
            case Act.Compromise: return () => _bench.Registry.CompromiseAsync(RegistryBench.System, "k1", _bench.Clock.GetUtcNow().AddHours(-1), Operator("an"), "mất máy").AsTask();
            case Act.Propose: return ProposeAsync;
            case Act.Apply:
                var request = await RequestAsync();
                return () => desk.RequestAsync(request).AsTask();
        }

        var waiting = act == Act.Onboard ? (await desk.RequestAsync(await RequestAsync())).Proposal! : await ProposeAsync();
        if (act == Act.Onboard) await _bench.Registry.ApproveAsync(waiting, Operator("an"), null);
        if (act == Act.Expire) _bench.Clock.Advance(Proposal.Patience);
        return act switch
        {
            Act.Reject => () => _bench.Registry.RejectAsync(waiting, Operator("binh"), "sai").AsTask(),
            Act.Expire => () => _bench.Registry.ExpireProposalsAsync().AsTask(),
            _ => () => _bench.Registry.ApproveAsync(waiting, Operator("binh"), null).AsTask(),
        };
    }

    /// <summary>In force = stored = what a restart reads; every version has its one entry, every proposal's steps theirs.</summary>
    private async Task CheckAgreementAsync()
    {
        var entries = await _bench.EntriesAsync();
        var versions = await _bench.Store.ListRegistryVersionsAsync(0, 200);
        using var restarted = await _bench.RestartAsync();
        var proposals = (await _bench.Store.ListProposalsAsync(null, null, 200)).Items.Select(Proposal.Read).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(versions.Select(v => v.Version), Is.EqualTo(Enumerable.Range(1, versions.Count)));
            Assert.That(entries.Index().Where(e => e.Item.Kind == EntryKinds.RegistryChanged).Select(e => ((long)e.Index, (long)e.Item.Body["version"]!)), Is.EqualTo(versions.Select(v => (v.Entry, v.Version))));
            Assert.That(_bench.Registry.Current.Version, Is.EqualTo(versions[^1].Version), "what is in force is not what is stored");
            Assert.That(RegistryDocument.Write(restarted.Current.Content), Is.EqualTo(RegistryDocument.Write(_bench.Registry.Current.Content)));
            Assert.That(entries.Where(e => e.Kind == EntryKinds.RegistryProposed).Select(e => (string?)e.Body["proposal"]).Order(), Is.EqualTo(proposals.Select(p => p.Id).Order()));
            Assert.That(entries.Where(e => e.Kind == EntryKinds.RegistryDecided && (string?)e.Body["decision"] != "approved").Select(e => ((string?)e.Body["proposal"], (string?)e.Body["decision"])).Order(), Is.EqualTo(proposals.Where(p => p.End is not null).Select(p => (p.Id, p.State)).Order()));
            Assert.That(_bench.Registry.PendingCount, Is.EqualTo(proposals.Count(p => p.State == "pending")));
        });
    }

    private Task RevokeAsync() => _bench.ApplyAsync(Operator("an"), "keys", "H06/qlvb k1", new JsonObject { ["pem"] = _bench.Pem("H06/qlvb k1"), ["revoked"] = "2026-03-01T00:00:00Z" });

    private async Task<string> ProposeAsync() =>
        (await _bench.ApplyAsync(Operator("an"), "rights", "r2", new JsonObject { ["from"] = "H07", ["to"] = "H06", ["services"] = new JsonArray("vn.document.v1") })).Proposal!;

    private async Task<byte[]> RequestAsync()
    {
        var request = new JsonObject
        {
            ["hub"] = RegistryBench.Hub.ToString(), ["system"] = Applicant.ToString(), ["name"] = "Một cửa", ["contact"] = "Lan, 0900",
            ["keys"] = new JsonArray(With("k1", await _bench.KeyAsync(Applicant, "k1"))),
            ["services"] = new JsonArray(new JsonObject { ["type"] = "vn.report.v1", ["to"] = "H07" }),
        };
        return Encoding.ASCII.GetBytes(await SignedDocument.SignAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), SignedDocument.OnboardingType, _bench.Signer($"{Applicant} k1")));
    }

    private static JsonObject With(string id, JsonObject key)
    {
        key["id"] = id;
        return key;
    }
}
