using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;
using Hub.Core.Trail;

namespace Hub.Core.Registry;

/// <content>Keys that fell into wrong hands.</content>
public sealed partial class RegistryService
{
    /// <inheritdoc/>
    public ValueTask<ChangeOutcome> CompromiseAsync(
        SystemAddress system, string key, DateTimeOffset since, RegistryActor actor, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        CheckReason(reason);
        return AloneAsync(
            async () =>
            {
                var now = Now();
                if (since > now) throw ProblemCode.InvalidRequest.With($"'since' is {since:u}, in the future; it is {now:u}. A key that ends later gets notAfter.");
                var old = RegistryObjects.Find(_basis, RegistrySections.Keys, $"{system} {key}") as OwnedKey ?? throw ProblemCode.NotFound.With($"{system} has no key '{key}' in the registry (version {_basis.Version}).");
                var from = old.Key.Revoked is { } revoked && revoked < since ? revoked : since.AddTicks(-(since.Ticks % TimeSpan.TicksPerMillisecond)).ToUniversalTime();
                var vouched = await RegistryPast.VouchedSinceAsync(_store, old, new SnapshotLookup(_basis).KeysOf(system), from, cancellationToken);
                var patch = await ReadAsync(new RegistryPatch([.. vouched.Prepend(old).Select(k => Revoke(k, from))], reason), cancellationToken);
                // Its own key is in the patch even when nothing changes: who reports must be allowed to.
                CheckSubtree(patch with { Differences = [new ObjectDifference(RegistrySections.Keys, $"{system} {key}", old, old)] }, actor, now);
                var entry = Compromised(old, vouched, since, from, actor, reason, now);
                if (patch.Differences.Count > 0)
                {
                    await CommitAsync(patch, actor, approvedBy: null, reason, also: entry, cancellationToken: cancellationToken);
                    await EndProposalsAsync(system, key, now, cancellationToken);
                    return new ChangeOutcome("applied", patch.After.Version, null, [], patch.Changes, patch.Warnings);
                }

                await CommitAsync(scope => ValueTask.FromResult(scope.Append(entry).Index), cancellationToken);
                await EndProposalsAsync(system, key, now, cancellationToken);
                return new ChangeOutcome("unchanged", _basis.Version, null, [], [], []);
            },
            cancellationToken);
    }

    private static ObjectChange Revoke(OwnedKey key, DateTimeOffset from)
    {
        var revoked = key.Key.Revoked is { } before && before < from ? before : from;
        return new ObjectChange(RegistrySections.Keys, $"{key.System} {key.Key.Key.Id}", ObjectForms.Of(RegistrySections.Keys).Write(key with { Key = key.Key with { Revoked = revoked } }));
    }

    /// <summary>What the system asked for may have been asked by who has its key.</summary>
    private async ValueTask EndProposalsAsync(SystemAddress system, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_store.IsShared) await _pending.LoadAsync(_store, cancellationToken);
        foreach (var id in _pending.Of(system.ToString()))
            await EndIfPendingAsync(id, "rejected", $"The key '{key}' of {system} was reported as compromised. Propose it afresh if it is wanted.", now, cancellationToken);
    }

    private static TrailEntry Compromised(OwnedKey key, IReadOnlyList<OwnedKey> vouched, DateTimeOffset since, DateTimeOffset revoked, RegistryActor actor, string reason, DateTimeOffset now)
    {
        var body = new JsonObject
        {
            ["system"] = key.System.ToString(), ["keyId"] = key.Key.Key.Id, ["thumbprint"] = key.Key.Key.Thumbprint, ["since"] = Rfc3339.Format(since),
            ["revoked"] = Rfc3339.Format(revoked), ["actor"] = actor.Name, ["reason"] = reason, ["time"] = Rfc3339.Format(now),
        };
        if (vouched.Count > 0) body["vouched"] = new JsonArray([.. vouched.Select(k => new JsonObject { ["keyId"] = k.Key.Key.Id, ["thumbprint"] = k.Key.Key.Thumbprint })]);
        return new TrailEntry(EntryKinds.KeyCompromised, Key: null, actor.Name, body).Prepare();
    }
}
