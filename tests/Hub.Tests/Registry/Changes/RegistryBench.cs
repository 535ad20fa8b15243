using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Registry.Changes;

/// <summary>A registry over the real store and committer: a small province with two agencies, a service and the operators that a
/// test names.</summary>
internal sealed class RegistryBench : IAsyncDisposable
{
    internal static readonly SystemAddress Hub = SystemAddress.Parse("Z99/hub");
    internal static readonly SystemAddress System = SystemAddress.Parse("H06/qlvb");
    internal static readonly RegistryActor Socket = new("operator:lan");
    private readonly DataFolder _folder = new();

    private RegistryBench(bool development, IHubStore? store)
    {
        var settings = new HubSettings { DataDirectory = _folder.Path, Development = development };
        Store = FailingStore.Wrap(store ?? _folder.CreateStore(), Failures);
        Committer = new GroupCommitter(Store, DataFolder.Keys, settings, Clock, NullLogger<GroupCommitter>.Instance);
        Registry = New(settings);
    }

    internal ManualClock Clock { get; } = new(RegistrySamples.Now);

    internal IHubStore Store { get; }

    /// <summary>Makes the next commits fail.</summary>
    internal FailingStore.Switch Failures { get; } = new();

    internal GroupCommitter Committer { get; }

    internal RegistryService Registry { get; }

    internal Dictionary<string, LocalSigner> Signers { get; } = [];

    /// <summary>Starts with a first document.</summary>
    /// <param name="operators">Names of operators, each with a key.</param>
    /// <param name="development">Whether proofs are needed.</param>
    /// <param name="store">The store, instead of one in a folder of its own.</param>
    internal static async Task<RegistryBench> StartAsync(string[]? operators = null, bool development = false, IHubStore? store = null)
    {
        var bench = await StartEmptyAsync(development, store);
        await bench.Registry.ImportAsync(bench.Document(operators ?? []), Socket.Name);
        return bench;
    }

    /// <summary>Starts a hub that has no registry yet.</summary>
    internal static async Task<RegistryBench> StartEmptyAsync(bool development = false, IHubStore? store = null)
    {
        var bench = new RegistryBench(development, store);
        await bench.Store.OpenAsync();
        await bench.Committer.StartAsync();
        return bench;
    }

    /// <summary>Writes the registry of a hub from before objects were kept one by one.</summary>
    internal void PutDocument(long version, string document) => _folder.PutDocument(version, document);

    /// <summary>Another service over the same store, as after a restart.</summary>
    internal async Task<RegistryService> RestartAsync()
    {
        var again = New(new HubSettings { DataDirectory = _folder.Path });
        await again.LoadAsync();
        return again;
    }

    internal string Document(params string[] operators) => $$"""
        hub: Z99/hub
        levels: [{code: province, nameVi: Tỉnh, order: 2}]
        agencies:
          - {code: H06, name: UBND tỉnh mẫu, level: province}
          - {code: H06.01, name: Sở Một, level: province, parent: H06}
          - {code: H07, name: UBND tỉnh khác, level: province}
        services: [{type: vn.document.v1, nameVi: Văn bản, provider: H07}, {type: vn.report.v1, nameVi: Báo cáo}]
        people: [{{string.Join(", ", operators.Select(name => $"{{name: {name}, role: operator, keys: [{{id: k1, pem: {RegistrySamples.Quoted(Pem(name))}}}]}}"))}}]
        systems:
          - {address: H06/qlvb, name: Văn bản, receives: [vn.document.v1], keys: [{id: k1, pem: {{RegistrySamples.Quoted(Pem("H06/qlvb k1"))}}}]}
          - {address: H07/qlvb, name: Văn bản, keys: [{id: k1, pem: {{RegistrySamples.Quoted(Pem("H07/qlvb k1"))}}}]}
        rights:
          - {id: r1, from: H06, services: [vn.document.v1], to: H07}
        """;

    internal static RegistryActor Operator(string name, AgencyCode? under = null) => new($"operator:{name}", name, Under: under);

    internal static RegistryActor Of(SystemAddress system) => new(system.ToString(), System: system);

    /// <summary>The public key that belongs to a name, made at first use.</summary>
    internal string Pem(string name) => PemEncoding.WriteString("PUBLIC KEY", Signer(name).ExportSubjectPublicKeyInfo()) + "\n";

    internal LocalSigner Signer(string name)
    {
        if (Signers.TryGetValue(name, out var signer)) return signer;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Signers[name] = LocalSigner.FromPem(name.Split(' ')[^1], key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A key to be registered, with its proof of possession and, if asked for, an older key's word.</summary>
    internal async Task<JsonObject> KeyAsync(SystemAddress system, string id, string? older = null, bool proven = true)
    {
        var name = $"{system} {id}";
        var claim = new KeyProof(Hub, system.ToString(), "signature", Thumbprint(name), Clock.GetUtcNow());
        var proofs = new List<string>();
        if (proven) proofs.Add(await claim.ProvePossessionAsync(Signer(name)));
        if (older is not null) proofs.Add(await claim.ProveSuccessionAsync(Signer($"{system} {older}")));
        var key = new JsonObject { ["pem"] = Pem(name) };
        if (proofs.Count > 0) key["proof"] = string.Join(' ', proofs);
        return key;
    }

    internal string Thumbprint(string name) => Convert.ToHexStringLower(SHA256.HashData(Signer(name).ExportSubjectPublicKeyInfo()));

    internal async Task<ChangeOutcome> ApplyAsync(RegistryActor actor, string section, string id, JsonObject? value, string? ifMatch = null) =>
        await Registry.ApplyAsync(new RegistryPatch([new ObjectChange(section, id, value, ifMatch)]), actor);

    internal async Task<ProblemCode> RefusedAsync(Func<Task> act)
    {
        var before = (await Store.FindCheckpointAsync(), Registry.Current);
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await act());
        Assert.That((await Store.FindCheckpointAsync(), Registry.Current), Is.EqualTo(before), "a refused change changed something");
        return refused!.Code;
    }

    /// <summary>Kind and body of the newest entries, oldest first.</summary>
    internal async Task<(string Kind, JsonNode Body)[]> EntriesAsync() =>
        [.. (await Store.ListEntriesAsync(0, 1000)).Select(e => (e.ParseHeader().Kind, JsonNode.Parse(e.Body!.Value.Span)!))];

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        Registry.Dispose();
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    private RegistryService New(HubSettings settings) => new(Store, Committer, DataFolder.Keys, settings, Clock, NullLogger<RegistryService>.Instance);
}
