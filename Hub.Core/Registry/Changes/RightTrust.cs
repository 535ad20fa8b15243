namespace Hub.Core.Registry.Changes;

/// <summary>Whether a right permits more than those it replaces. Pure.</summary>
internal static class RightTrust
{
    /// <summary>What is added; null when one right that stood there before covers all of it.</summary>
    /// <param name="replaced">Rights between the same two that this change alters or removes.</param>
    /// <param name="right">The right.</param>
    internal static string? Added(IEnumerable<Right> replaced, Right right) => replaced.Any(old => Covers(old, right))
        ? null
        : $"{right.From} may send {string.Join(", ", right.Services.Take(5))} to {right.To}";

    internal static bool Covers(Right wide, Right narrow) =>
        wide.From == narrow.From
        && wide.To == narrow.To
        && narrow.MaxPriority <= wide.MaxPriority
        && (wide.Services.Contains("*") || narrow.Services.All(wide.Services.Contains))
        && !new Validity(narrow.ValidFrom, narrow.ValidUntil).ExceedsAny(new Validity(wide.ValidFrom, wide.ValidUntil))
        && Covers(wide.Conditions ?? new RightConditions(), narrow.Conditions ?? new RightConditions());

    private static bool Covers(RightConditions wide, RightConditions narrow) =>
        (wide.MaxBytes is not { } most || narrow.MaxBytes <= most)
        && (narrow.Sealed || !wide.Sealed)
        && (wide.Attachments || !narrow.Attachments);
}
