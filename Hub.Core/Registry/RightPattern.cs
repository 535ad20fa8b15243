using System.Diagnostics.CodeAnalysis;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>The forms that <c>from</c> and <c>to</c> of a right may have.</summary>
internal enum RightPatternKind
{
    Everybody,
    System,
    Agency,
    Under,
    Group,
}

/// <summary>Whom a right speaks of: one system, all systems of an agency, of an agency and all below it, of a group's members, or everybody.</summary>
internal readonly record struct RightPattern(RightPatternKind Kind, string Value)
{
    private const string UnderPrefix = "under:";
    private const string GroupPrefix = "group:";

    /// <summary>The agency named, for agency and under forms.</summary>
    internal AgencyCode Agency => AgencyCode.Parse(Kind == RightPatternKind.Under ? Value[UnderPrefix.Length..] : Value);

    /// <summary>The group's name without <c>group:</c>, for the group form.</summary>
    internal string Group => Value[GroupPrefix.Length..];

    internal SystemAddress System => SystemAddress.Parse(Value);

    internal static bool TryParse([NotNullWhen(true)] string? text, out RightPattern pattern)
    {
        pattern = default;
        RightPatternKind kind;
        if (text is null) return false;
        if (text == "*") kind = RightPatternKind.Everybody;
        else if (AgencyCode.TryParse(text, out _)) kind = RightPatternKind.Agency;
        else if (SystemAddress.TryParse(text, out _)) kind = RightPatternKind.System;
        else if (text.StartsWith(UnderPrefix, StringComparison.Ordinal) && AgencyCode.TryParse(text[UnderPrefix.Length..], out _)) kind = RightPatternKind.Under;
        else if (RecipientAddress.TryParse(text, out var recipient) && recipient.Kind == RecipientKind.Group) kind = RightPatternKind.Group;
        else return false;
        pattern = new RightPattern(kind, text);
        return true;
    }
}
