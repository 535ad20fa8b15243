using System.Security.Cryptography;
using System.Text;

namespace Hub.Core.Registry;

/// <summary>The sections of a registry, in the order in which they are written.</summary>
public static class RegistrySections
{
    /// <summary>One object, <c>policy</c>: see <see cref="RegistryPolicy"/>.</summary>
    public const string Policy = "policy";

    /// <summary>Levels by code.</summary>
    public const string Levels = "levels";

    /// <summary>Agencies by code.</summary>
    public const string Agencies = "agencies";

    /// <summary>Other codes, by scheme and code joined by a space.</summary>
    public const string Codes = "codes";

    /// <summary>Reorganisations by id.</summary>
    public const string Reorganisations = "reorganisations";

    /// <summary>Trust anchors by name.</summary>
    public const string Anchors = "anchors";

    /// <summary>Services by type.</summary>
    public const string Services = "services";

    /// <summary>Groups by name, without <c>group:</c>.</summary>
    public const string Groups = "groups";

    /// <summary>People by name.</summary>
    public const string People = "people";

    /// <summary>Systems by address, without their keys.</summary>
    public const string Systems = "systems";

    /// <summary>Keys of systems, by address and key id joined by a space.</summary>
    public const string Keys = "keys";

    /// <summary>Rights by id.</summary>
    public const string Rights = "rights";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Policy, Levels, Agencies, Codes, Reorganisations, Anchors, Services, Groups, People, Systems, Keys, Rights];

    /// <summary>The place of a section in <see cref="All"/>.</summary>
    /// <exception cref="ArgumentException">There is no such section.</exception>
    internal static int PlaceOf(string section)
    {
        for (var i = 0; i < All.Count; i++)
            if (All[i] == section) return i;
        throw new ArgumentException($"'{section}' is no section of a registry.", nameof(section));
    }
}

/// <summary>One object of the registry in its one normal form.</summary>
/// <param name="Section">One of <see cref="RegistrySections"/>.</param>
/// <param name="Id">What names it within its section.</param>
/// <param name="Json">Canonical JSON (RFC 8785), defaults left out; null: it was removed.</param>
public sealed record RegistryObject(string Section, string Id, string? Json)
{
    /// <summary>SHA-256 of the normal form, lower-case hexadecimal: its ETag, and what the log names. Empty when removed.</summary>
    public string Digest => Json is null ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json)));
}
