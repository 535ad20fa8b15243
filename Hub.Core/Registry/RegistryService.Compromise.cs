using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Documents;
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
                if (since > now) throw ProblemCode.InvalidRequest.With($"'since' is {since:O}, in the future; it is {now:O}. A key that ends later gets notAfter.");
                var old = _index.Find(RegistrySections.Keys, $"{system} {key}") as OwnedKey ?? throw ProblemCode.NotFound.With($"{system} has no key '{key}' in the registry (version {_current.Version}).");
                var from = old.Key.Revoked is { } revoked && revoked < since ? revoked : since.AddTicks(-(since.Ticks % TimeSpan.TicksPerMillisecond)).ToUniversalTime();
                var value = ObjectForms.Of(RegistrySections.Keys).Write(old with { Key = old.Key with { Revoked = from } });
                var patch = await ReadAsync(new RegistryPatch([new ObjectChange(RegistrySections.Keys, $"{system} {key}", value)], reason), cancellationToken);
                // Its own key is in the patch even when nothing changes: who reports must be allowed to.
                CheckSubtree(patch with { Differences = [new ObjectDifference(RegistrySections.Keys, $"{system} {key}", old, old)] }, actor, now);
                var entry = Compromised(old, since, from, actor, reason, now);
                if (patch.Differences.Count > 0)
                {
                    await CommitAsync(patch, actor, approvedBy: null, reason, also: entry, cancellationToken: cancellationToken);
                    return new ChangeOutcome("applied", patch.After.Version, null, [], patch.Changes, patch.Warnings);
                }

                await CommitAsync(scope => ValueTask.FromResult(scope.Append(entry).Index), cancellationToken);
                return new ChangeOutcome("unchanged", _current.Version, null, [], [], []);
            },
            cancellationToken);
    }

    private static TrailEntry Compromised(OwnedKey key, DateTimeOffset since, DateTimeOffset revoked, RegistryActor actor, string reason, DateTimeOffset now) =>
        new TrailEntry(EntryKinds.KeyCompromised, Key: null, actor.Name, new JsonObject
        {
            ["system"] = key.System.ToString(), ["keyId"] = key.Key.Key.Id, ["thumbprint"] = key.Key.Key.Thumbprint, ["since"] = Rfc3339.Format(since),
            ["revoked"] = Rfc3339.Format(revoked), ["actor"] = actor.Name, ["reason"] = reason, ["time"] = Rfc3339.Format(now),
        }).Prepare();
}
