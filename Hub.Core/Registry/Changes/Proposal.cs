using System.Text.Json.Nodes;
using Hub.Core.Storage;

namespace Hub.Core.Registry;

/// <summary>An approval that was given.</summary>
/// <param name="By">Name in the trail.</param>
/// <param name="Person">Who that is, as far as a second person is concerned.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Why, if said.</param>
/// <param name="Fulfils">Which needs it fulfils, by their places.</param>
public sealed record Approval(string By, string Person, DateTimeOffset Time, string? Reason, IReadOnlyList<int> Fulfils);

/// <summary>How a proposal ended.</summary>
/// <param name="By">Who ended it; <c>hub</c> when it ran out of time.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Why, if said.</param>
/// <param name="Version">The version that it made, when it was applied.</param>
public sealed record ProposalEnd(string By, DateTimeOffset Time, string? Reason, long? Version);

/// <summary>A change that waits for approval, or what became of it.</summary>
public sealed record Proposal
{
    /// <summary>Longest time a proposal waits (30 days).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(30);

    /// <summary>Most proposals that wait at once (1,000).</summary>
    public const int MaxPending = 1000;

    /// <summary>Greatest proposal in bytes (2 MiB).</summary>
    public const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Its name, 26 characters, growing with time.</summary>
    public required string Id { get; init; }

    /// <summary><c>change</c>, <c>import</c> or <c>onboarding</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>pending</c>, <c>applied</c>, <c>rejected</c>, <c>withdrawn</c> or <c>expired</c>.</summary>
    public string State { get; init; } = "pending";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Who proposes.</summary>
    public required RegistryActor Actor { get; init; }

    /// <summary>The version in force when it was made.</summary>
    public required long Version { get; init; }

    /// <summary>What it changes; each with the digest of the object as the proposer saw it.</summary>
    public required RegistryPatch Patch { get; init; }

    /// <summary>All approvals that it needs.</summary>
    public required IReadOnlyList<ApprovalNeed> Needs { get; init; }

    /// <summary>Approvals given so far.</summary>
    public IReadOnlyList<Approval> Approvals { get; init; } = [];

    /// <summary>How it ended; null while it waits.</summary>
    public ProposalEnd? End { get; init; }

    /// <summary>What an applicant asked for, of a proposal of kind <c>onboarding</c>.</summary>
    public JsonObject? Request { get; init; }

    /// <summary>How many of the approvals the store knew of when it was read.</summary>
    internal int StoredApprovals { get; init; }

    /// <summary>Until when it waits.</summary>
    public DateTimeOffset Expires => Created + Patience;

    /// <summary>Approvals that are still missing.</summary>
    public IReadOnlyList<ApprovalNeed> Missing => [.. OpenNeeds.Select(i => Needs[i])];

    /// <summary>The places of needs that no approval fulfils yet.</summary>
    internal IEnumerable<int> OpenNeeds => Enumerable.Range(0, Needs.Count).Where(i => !Approvals.Any(a => a.Fulfils.Contains(i)));

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">The stored proposal is damaged.</exception>
    public static Proposal Read(ProposalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var proposal = Changes.ProposalForm.Read(record.Json);
        return proposal with { StoredApprovals = proposal.Approvals.Count };
    }

    /// <summary>As the store keeps it.</summary>
    public ProposalRecord ToRecord() => new(Id, Kind == "onboarding" ? Kind : "change", State, Created, Changes.ProposalForm.Write(this));
}
