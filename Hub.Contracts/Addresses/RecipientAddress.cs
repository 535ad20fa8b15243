using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Addresses;

/// <summary>What a sender may write in <c>to</c>: an agency, one of its systems, or a group.</summary>
public enum RecipientKind
{
    /// <summary>An agency; the registry finds its system for the message's type.</summary>
    Agency,

    /// <summary>One system.</summary>
    System,

    /// <summary>A group of agencies or systems, <c>group:name</c>.</summary>
    Group,
}

/// <summary>One address in an envelope's <c>to</c>, exactly as written.</summary>
public readonly partial record struct RecipientAddress
{
    private readonly AgencyCode _agency;
    private readonly SystemAddress _system;

    private RecipientAddress(string value, RecipientKind kind, AgencyCode agency, SystemAddress system)
    {
        Value = value;
        Kind = kind;
        _agency = agency;
        _system = system;
    }

    /// <summary>The address as written.</summary>
    public string Value { get; }

    /// <summary>Which of the three forms it has.</summary>
    public RecipientKind Kind { get; }

    /// <summary>The agency named, for <see cref="RecipientKind.Agency"/>.</summary>
    public AgencyCode Agency => Kind == RecipientKind.Agency ? _agency : throw NotOf(RecipientKind.Agency);

    /// <summary>The system named, for <see cref="RecipientKind.System"/>.</summary>
    public SystemAddress System => Kind == RecipientKind.System ? _system : throw NotOf(RecipientKind.System);

    /// <summary>The group's name without <c>group:</c>, for <see cref="RecipientKind.Group"/>.</summary>
    public string Group => Value["group:".Length..];

    /// <summary>Reads an address; false when it has none of the three forms.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RecipientAddress address)
    {
        address = default;
        if (text is null) return false;
        RecipientKind kind;
        var (agency, system) = (default(AgencyCode), default(SystemAddress));
        if (GroupShape().IsMatch(text)) kind = RecipientKind.Group;
        else if (AgencyCode.TryParse(text, out agency)) kind = RecipientKind.Agency;
        else if (SystemAddress.TryParse(text, out system)) kind = RecipientKind.System;
        else return false;
        address = new RecipientAddress(text, kind, agency, system);
        return true;
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text has none of the three forms.</exception>
    public static RecipientAddress Parse(string text) => TryParse(text, out var address)
        ? address
        : throw new FormatException($"'{text}' is not a recipient. Write an agency code, agency/system, or group:name.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    private FormatException NotOf(RecipientKind kind) => new($"'{Value}' is no {kind}.");

    [GeneratedRegex(@"^group:[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex GroupShape();
}
