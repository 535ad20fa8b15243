using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Changes;

/// <summary>Whether a change of agencies lets somebody count as more than before: who stands under whom decides rights. Pure.</summary>
internal static class AgencyTrust
{
    /// <summary>What is added; null when it only closes earlier.</summary>
    internal static string? Added(Agency? before, Agency after)
    {
        if (before is null) return $"the agency {after.Code} is added";
        if (new Validity(after.ValidFrom, after.ValidUntil).ExceedsAny(new Validity(before.ValidFrom, before.ValidUntil))) return $"{after.Code} is open for longer, or again";
        if (after.Verified && !before.Verified) return $"{after.Code} counts as confirmed";
        return before with { ValidFrom = after.ValidFrom, ValidUntil = after.ValidUntil, Verified = after.Verified } == after ? null : $"{after.Code} has another name, place or code";
    }

    /// <summary>What is added; null when it only ends earlier.</summary>
    internal static string? Added(CodeEntry? before, CodeEntry after) =>
        before is not null
        && before with { ValidFrom = after.ValidFrom, ValidUntil = after.ValidUntil } == after
        && !new Validity(after.ValidFrom, after.ValidUntil).ExceedsAny(new Validity(before.ValidFrom, before.ValidUntil))
            ? null
            : $"{after.Code} ({after.Scheme}) means {after.Agency}";

    /// <summary>What is added; null when agencies only close, and nobody takes over.</summary>
    internal static string? Added(Reorganisation? before, Reorganisation after) =>
        before is null && after.Acts.All(a => a is { Act: ActKind.Dissolve, Successors.Count: 0 })
            ? null
            : $"the reorganisation {after.Id} takes effect at {ScalarForms.Write(after.On)}";
}
