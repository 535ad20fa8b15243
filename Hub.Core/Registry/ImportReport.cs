namespace Hub.Core.Registry;

/// <summary>What an import changed, or on a dry run would change.</summary>
/// <param name="Version">The version in force afterwards.</param>
/// <param name="DryRun">Whether nothing was written.</param>
/// <param name="Sha256">SHA-256 of the normalised document, lower-case hexadecimal; it stands in the log.</param>
/// <param name="Changes">Changes by section (<see cref="RegistrySections"/>); empty when the document says what is in force already.</param>
/// <param name="Warnings">What is odd, though allowed.</param>
public sealed record ImportReport(
    long Version, bool DryRun, string Sha256, IReadOnlyList<SectionChanges> Changes, IReadOnlyList<string> Warnings)
{
    /// <summary><c>applied</c>, <c>pending</c> (it waits for approval), <c>unchanged</c> or <c>dry-run</c>.</summary>
    public string State { get; init; } = "applied";

    /// <summary>Id of the proposal, when it waits for approval.</summary>
    public string? Proposal { get; init; }

    /// <summary>Approvals that it waits for, or on a dry run would wait for.</summary>
    public IReadOnlyList<ApprovalNeed> Needs { get; init; } = [];
}

/// <summary>The changes within one section, by the names of the objects.</summary>
/// <param name="Section">The section.</param>
/// <param name="Added">New objects.</param>
/// <param name="Changed">Objects that say something else now.</param>
/// <param name="Removed">Objects that are gone.</param>
public sealed record SectionChanges(
    string Section, IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed);
