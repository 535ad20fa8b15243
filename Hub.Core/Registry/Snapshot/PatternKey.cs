using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>What a pattern of a right speaks of, in the parts by which it is looked up without building its text.</summary>
/// <param name="Kind">Its form.</param>
/// <param name="Name">The agency's code, or the group's name; empty for everybody.</param>
/// <param name="System">The system's name, for the form <c>agency/system</c>.</param>
internal readonly record struct PatternKey(RightPatternKind Kind, string Name, string? System = null)
{
    internal static readonly PatternKey Everybody = new(RightPatternKind.Everybody, "");

    internal static PatternKey Parse(string text)
    {
        if (!RightPattern.TryParse(text, out var pattern)) throw new ArgumentException($"'{text}' is no pattern of a right.", nameof(text));
        return pattern.Kind switch
        {
            RightPatternKind.Everybody => Everybody,
            RightPatternKind.System => Of(pattern.System),
            RightPatternKind.Group => new PatternKey(RightPatternKind.Group, pattern.Group),
            _ => new PatternKey(pattern.Kind, pattern.Agency.Value),
        };
    }

    /// <summary>The patterns that name an object; none when patterns do not name objects of its section.</summary>
    internal static IEnumerable<PatternKey> Naming(string section, string id) => section switch
    {
        RegistrySections.Systems => [Of(SystemAddress.Parse(id))],
        RegistrySections.Agencies => [new PatternKey(RightPatternKind.Agency, id), new PatternKey(RightPatternKind.Under, id)],
        RegistrySections.Groups => [new PatternKey(RightPatternKind.Group, id)],
        _ => [],
    };

    internal static PatternKey Of(SystemAddress system) => new(RightPatternKind.System, system.Agency.Value, system.System);

    internal static PatternKey Of(AgencyCode agency) => new(RightPatternKind.Agency, agency.Value);

    internal static PatternKey Under(AgencyCode agency) => new(RightPatternKind.Under, agency.Value);
}

/// <summary>A pattern that some right is written with; there is one object of each in a registry.</summary>
/// <param name="id">Its number in this registry.</param>
/// <param name="text">As written.</param>
/// <param name="key">What it speaks of.</param>
internal sealed class PatternEntry(int id, string text, PatternKey key)
{
    internal int Id { get; } = id;

    internal string Text { get; } = text;

    internal PatternKey Key { get; } = key;
}
