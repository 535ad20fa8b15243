using Hub.Core.Registry;

namespace Hub.Core.Storage;

/// <summary>The registry as of one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Objects">Every object in force, in no stated order.</param>
public sealed record RegistryState(long Version, IReadOnlyList<RegistryObject> Objects);

/// <summary>One change of the registry, which made one version. Versions grow by one; every one stays for ever, so that any past
/// decision can be explained.</summary>
/// <param name="Version">The version it made, from 1.</param>
/// <param name="Time">When it came into force.</param>
/// <param name="Actor">Who proposed it.</param>
/// <param name="ApprovedBy">Who approved it, joined by <c>, </c>; null when nobody had to.</param>
/// <param name="Reason">Why, in the proposer's words.</param>
/// <param name="Entry">Index of its entry in the log.</param>
/// <param name="Changes">Objects as they are from this version on; a removed one has no JSON.</param>
public sealed record RegistryVersion(
    long Version, DateTimeOffset Time, string Actor, string? ApprovedBy, string? Reason, long Entry, IReadOnlyList<RegistryObject> Changes);

/// <summary>A change that waits for approval, or what became of it.</summary>
/// <param name="Id">Its name, 26 characters, growing with time.</param>
/// <param name="Kind"><c>change</c> or <c>onboarding</c>.</param>
/// <param name="State"><c>pending</c>, <c>applied</c>, <c>rejected</c>, <c>withdrawn</c> or <c>expired</c>.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Json">All of it.</param>
public sealed record ProposalRecord(string Id, string Kind, string State, DateTimeOffset Created, string Json);
