using System.Text.Json.Nodes;
using Hub.Core.Registry;

namespace Hub.Host.Api.Registry;

/// <summary>One object of the registry in a list.</summary>
/// <param name="Id">What names it within its section.</param>
/// <param name="Digest">SHA-256 of its normal form: the ETag, without quotes.</param>
/// <param name="Value">What it says: members as in a registry document.</param>
/// <param name="State">For an agency: what it is at the instant asked about, reorganisations applied.</param>
internal sealed record RegistryItemView(string Id, string Digest, JsonNode? Value, AgencyStateView? State);

/// <summary>One page of registry objects.</summary>
/// <param name="Version">Version of the registry that was read.</param>
/// <param name="Items">By id.</param>
/// <param name="Next">Cursor of the next page; missing at the end.</param>
internal sealed record RegistryListView(long Version, IReadOnlyList<RegistryItemView> Items, string? Next);

/// <summary>What an agency is at an instant.</summary>
/// <param name="Name">Its name then.</param>
/// <param name="Level">Its level then.</param>
/// <param name="Parent">The agency above it then.</param>
/// <param name="Open">Whether it exists then.</param>
/// <param name="ClosedOn">Since when it is closed, or when something was split off from it.</param>
/// <param name="Reorganisation">By which reorganisation.</param>
/// <param name="Successors">Who took over what.</param>
internal sealed record AgencyStateView(
    string Name, string Level, string? Parent, bool Open, DateTimeOffset? ClosedOn, string? Reorganisation, IReadOnlyList<SuccessorView>? Successors)
{
    internal static AgencyStateView Of(AgencyState state) => new(
        state.Name, state.Level, state.Parent?.Value, state.IsOpen, state.Closure?.On, state.Closure?.Reorganisation,
        state.Closure?.Act is { Successors.Count: > 0 } act ? [.. act.Successors.Select(static s => new SuccessorView(s.Agency.Value, s.Scope))] : null);
}

/// <summary>Who took over from an agency.</summary>
/// <param name="Agency">The successor.</param>
/// <param name="Scope">Message types, functions, or <c>*</c>.</param>
internal sealed record SuccessorView(string Agency, IReadOnlyList<string> Scope);

/// <summary>What became of a change.</summary>
/// <param name="State"><c>applied</c>, <c>pending</c>, <c>unchanged</c> or <c>dry-run</c>.</param>
/// <param name="Version">Version in force afterwards.</param>
/// <param name="Proposal">The proposal that waits or was decided.</param>
/// <param name="Needs">Approvals still missing.</param>
/// <param name="Changes">What changed, or would, by section.</param>
/// <param name="Warnings">What is odd, though allowed.</param>
internal sealed record OutcomeView(
    string State, long Version, string? Proposal, IReadOnlyList<NeedView> Needs, IReadOnlyList<SectionChanges> Changes, IReadOnlyList<string> Warnings)
{
    internal static OutcomeView Of(ChangeOutcome outcome) => new(
        outcome.State, outcome.Version, outcome.Proposal, [.. outcome.Needs.Select(NeedView.Of)], outcome.Changes, outcome.Warnings);
}

/// <summary>An approval that a proposal needs.</summary>
/// <param name="By"><c>operator</c> or <c>provider</c>.</param>
/// <param name="Agency">The provider's agency.</param>
/// <param name="Why">What asks for it.</param>
internal sealed record NeedView(string By, string? Agency, string Why)
{
    internal static NeedView Of(ApprovalNeed need) => new(need.By, need.Agency?.Value, need.Why);
}

/// <summary>Changes that belong together: all or none.</summary>
internal sealed class PatchRequest
{
    /// <summary>1 to 100,000 changes.</summary>
    public IReadOnlyList<ChangeRequest>? Changes { get; init; }

    /// <summary>Why, at most 500 characters; stands in the log. The header Hub-Reason says it too.</summary>
    public string? Reason { get; init; }
}

/// <summary>A change of one object.</summary>
internal sealed class ChangeRequest
{
    /// <summary>Its section, e.g. <c>agencies</c>.</summary>
    public string? Section { get; init; }

    /// <summary>What names it; for keys the system's address, a space, and the key's id. May be left out where the value names itself.</summary>
    public string? Id { get; init; }

    /// <summary>What it says from now on; null or missing: it is removed.</summary>
    public JsonObject? Value { get; init; }

    /// <summary>Digest of the object that was seen; empty: there was none; missing: whatever it is.</summary>
    public string? IfMatch { get; init; }
}
