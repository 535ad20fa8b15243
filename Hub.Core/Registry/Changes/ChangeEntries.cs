using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Trail;

namespace Hub.Core.Registry.Changes;

/// <summary>The log's entries about changes of the registry.</summary>
internal static class ChangeEntries
{
    /// <summary><c>registry.changed</c>: the version, who, who approved, why, and of each object its digests before and after.</summary>
    internal static TrailEntry Changed(CheckedPatch patch, RegistryActor actor, string? approvedBy, string? reason, DateTimeOffset time, (string Sha256, string? Before)? document)
    {
        var body = new JsonObject
        {
            ["version"] = patch.After.Version, ["actor"] = actor.Name, ["time"] = Rfc3339.Format(time), ["changes"] = Describe(patch.Differences),
        };
        if (approvedBy is not null) body["approvedBy"] = approvedBy;
        if (reason is not null) body["reason"] = reason;
        if (document is var (sha256, before))
        {
            body["sha256"] = sha256;
            if (before is not null) body["before"] = before;
        }

        return new TrailEntry(EntryKinds.RegistryChanged, Key: null, actor.Name, body).Prepare();
    }

    /// <summary><c>registry.proposed</c>: what waits, for whom, and the digest of the whole proposed patch.</summary>
    internal static TrailEntry Proposed(Proposal proposal, CheckedPatch patch)
    {
        var body = new JsonObject
        {
            ["proposal"] = proposal.Id, ["kind"] = proposal.Kind, ["actor"] = proposal.Actor.Name, ["time"] = Rfc3339.Format(proposal.Created),
            ["version"] = proposal.Version, ["digest"] = Digest(proposal), ["needs"] = ProposalForm.Json(proposal.Needs), ["changes"] = Describe(patch.Differences),
        };
        if (proposal.Patch.Reason is { } reason) body["reason"] = reason;
        if (proposal.Request is { } request) body["request"] = Sha256(CanonicalJson.Serialize(request));
        return new TrailEntry(EntryKinds.RegistryProposed, Key: null, proposal.Actor.Name, body).Prepare();
    }

    /// <summary><c>registry.decided</c>: an approval, or the end of a proposal.</summary>
    internal static TrailEntry Decided(Proposal proposal, string decision, string actor, string? reason, DateTimeOffset time)
    {
        var body = new JsonObject
        {
            ["proposal"] = proposal.Id, ["decision"] = decision, ["actor"] = actor, ["time"] = Rfc3339.Format(time), ["digest"] = Digest(proposal),
            ["needs"] = ProposalForm.Json(proposal.Missing),
        };
        if (reason is not null) body["reason"] = reason;
        if (proposal.End?.Version is { } version) body["version"] = version;
        return new TrailEntry(EntryKinds.RegistryDecided, Key: null, actor, body).Prepare();
    }

    private static string Digest(Proposal proposal) => Sha256(CanonicalJson.Serialize(ProposalForm.Json(proposal.Patch)));

    private static JsonObject Describe(IReadOnlyList<ObjectDifference> differences)
    {
        var sections = new JsonObject();
        foreach (var section in differences.GroupBy(d => d.Section))
        {
            sections[section.Key] = new JsonObject
            {
                ["added"] = new JsonArray([.. section.Where(d => d.Old.Json is null).Select(Describe)]),
                ["changed"] = new JsonArray([.. section.Where(d => d.Old.Json is not null && d.New.Json is not null).Select(Describe)]),
                ["removed"] = new JsonArray([.. section.Where(d => d.New.Json is null).Select(Describe)]),
            };
        }

        return sections;
    }

    private static JsonObject Describe(ObjectDifference difference)
    {
        var o = new JsonObject { ["id"] = difference.Id };
        if (difference.Old.Json is not null) o["before"] = difference.Old.Digest;
        if (difference.New.Json is not null) o["after"] = difference.New.Digest;
        switch (difference.After ?? difference.Before)
        {
            case OwnedKey key: Describe(o, key.Key); break;
            case Person { Keys.Count: > 0 } person: o["keys"] = new JsonArray([.. person.Keys.Select(k => Describe(new JsonObject { ["id"] = k.Key.Id }, k))]); break;
        }

        return o;
    }

    private static JsonObject Describe(JsonObject o, SystemKey key)
    {
        o["thumbprint"] = key.Key.Thumbprint;
        if (key.Proof is { } proof) o["proof"] = Sha256(Encoding.UTF8.GetBytes(proof));
        return o;
    }

    private static string Sha256(byte[] octets) => Convert.ToHexStringLower(SHA256.HashData(octets));
}
