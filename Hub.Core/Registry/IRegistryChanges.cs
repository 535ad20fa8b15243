using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Who changes the registry.</summary>
/// <param name="Name">The name in the trail: <c>operator:name</c>, a system address, or <c>hub</c>.</param>
/// <param name="Person">The registered person, who proved himself with his own key; null for the operator socket, for tokens
/// made there, and for systems. Whoever holds the socket is one person, whatever he calls himself.</param>
/// <param name="System">The system, when it is one.</param>
/// <param name="Under">The agency within whose subtree the actor acts; null: everywhere.</param>
public sealed record RegistryActor(string Name, string? Person = null, SystemAddress? System = null, AgencyCode? Under = null);

/// <summary>A change of one object.</summary>
/// <param name="Section">One of <see cref="RegistrySections"/>.</param>
/// <param name="Id">What names it.</param>
/// <param name="Value">What it says from now on, members as in a registry document; null to remove it.</param>
/// <param name="IfMatch">Digest of the object that the actor saw; empty: there was none; null: whatever it is.</param>
public sealed record ObjectChange(string Section, string Id, JsonObject? Value, string? IfMatch = null);

/// <summary>Changes that belong together: all or none.</summary>
/// <param name="Changes">1 to 100,000 of them.</param>
/// <param name="Reason">Why, at most 500 characters; stands in the log.</param>
public sealed record RegistryPatch(IReadOnlyList<ObjectChange> Changes, string? Reason = null);

/// <summary>An approval that a proposal needs.</summary>
/// <param name="By"><c>operator</c>: a second operator; <c>provider</c>: the provider of a service.</param>
/// <param name="Agency">For a provider its agency.</param>
/// <param name="Why">For people: which change asks for it.</param>
public sealed record ApprovalNeed(string By, AgencyCode? Agency, string Why);

/// <summary>What became of a patch.</summary>
/// <param name="State"><c>applied</c>, <c>pending</c>, <c>unchanged</c> or <c>dry-run</c>.</param>
/// <param name="Version">Version in force afterwards.</param>
/// <param name="Proposal">Id of the proposal, when pending or decided.</param>
/// <param name="Needs">Approvals that are still missing.</param>
/// <param name="Changes">What changed, or would.</param>
/// <param name="Warnings">What is odd, though allowed.</param>
public sealed record ChangeOutcome(
    string State, long Version, string? Proposal, IReadOnlyList<ApprovalNeed> Needs, IReadOnlyList<SectionChanges> Changes, IReadOnlyList<string> Warnings);

/// <summary>Changes the registry object by object. Thread-safe; a change is seen only after it and its entry are durable.</summary>
public interface IRegistryChanges
{
    /// <summary>Checks a patch and applies it, or keeps it as a proposal when it adds trust and a second person has to agree.</summary>
    /// <param name="patch">The changes.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="dryRun">Only check and compare.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>registry-invalid</c> with every mistake, <c>registry-conflict</c>,
    /// <c>outside-subtree</c>, <c>proof-invalid</c>.</exception>
    ValueTask<ChangeOutcome> ApplyAsync(RegistryPatch patch, RegistryActor actor, bool dryRun = false, CancellationToken cancellationToken = default);

    /// <summary>Approves a proposal; the last approval missing applies it.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>not-found</c>, <c>proposal-closed</c>, <c>not-allowed</c> (the
    /// proposer himself, or nobody whose approval is missing), and what <see cref="ApplyAsync"/> refuses.</exception>
    ValueTask<ChangeOutcome> ApproveAsync(string proposal, RegistryActor actor, string? reason, CancellationToken cancellationToken = default);

    /// <summary>Rejects a proposal, or withdraws one's own.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>not-found</c>, <c>proposal-closed</c>, <c>not-allowed</c>.</exception>
    ValueTask RejectAsync(string proposal, RegistryActor actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Reports a key of a system as compromised: it is revoked from an instant on, at once and by one person; tokens of it die, and
    /// nothing that it signs is taken. What it signed since then stays accepted until somebody decides otherwise; see
    /// <see cref="Changes.SignedMessages"/>. The entry <c>key.compromised</c> stands in the log even when it was revoked before.</summary>
    /// <param name="system">Whose key.</param>
    /// <param name="key">Its id.</param>
    /// <param name="since">Since when others may have had it; not in the future. A revocation is never moved later.</param>
    /// <param name="actor">An operator, or the system itself.</param>
    /// <param name="reason">What happened; stands in the log.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>not-found</c>, <c>invalid-request</c>, <c>outside-subtree</c>.</exception>
    ValueTask<ChangeOutcome> CompromiseAsync(
        SystemAddress system, string key, DateTimeOffset since, RegistryActor actor, string reason, CancellationToken cancellationToken = default);

    /// <summary>Waits for a change.</summary>
    /// <param name="after">The version that the caller knows.</param>
    /// <param name="timeout">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version in force: greater than <paramref name="after"/>, unless nothing has changed in time.</returns>
    ValueTask<long> WaitForVersionAsync(long after, TimeSpan timeout, CancellationToken cancellationToken = default);
}
