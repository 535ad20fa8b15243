using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Addresses;

/// <summary>The address of one agency system on the bus: <c>agency/system</c>, e.g. <c>H29.12/qlvb</c>.</summary>
/// <remarks>The system part is 1 to 32 of <c>a-z 0-9 -</c> and starts with a letter or digit.</remarks>
public readonly partial record struct SystemAddress
{
    private SystemAddress(AgencyCode agency, string system)
    {
        Agency = agency;
        System = system;
    }

    /// <summary>The agency that owns the system.</summary>
    public AgencyCode Agency { get; }

    /// <summary>The system's name within its agency.</summary>
    public string System { get; }

    /// <summary>Reads an address; false when it is not <c>agency/system</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SystemAddress address)
    {
        address = default;
        if (text is null) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !AgencyCode.TryParse(text[..slash], out var agency)) return false;
        var system = text[(slash + 1)..];
        if (!SystemShape().IsMatch(system)) return false;
        address = new SystemAddress(agency, system);
        return true;
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">The text is not <c>agency/system</c>.</exception>
    public static SystemAddress Parse(string text) => TryParse(text, out var address)
        ? address
        : throw new FormatException($"'{text}' is not a system address. Write agency/system, e.g. H29.12/qlvb.");

    /// <inheritdoc/>
    public override string ToString() => System is null ? "" : $"{Agency.Value}/{System}";

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,31}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex SystemShape();
}
