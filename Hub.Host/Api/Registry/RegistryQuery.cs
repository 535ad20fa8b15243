using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Host.Api.Registry;

/// <summary>What a list of registry objects is filtered by. All filters combine; a filter that a section does not know is refused.</summary>
/// <param name="Section">The section.</param>
/// <param name="Under">Only what stands at or below this agency.</param>
/// <param name="Level">Only agencies of this level.</param>
/// <param name="Text">Only what has this in its id or name; marks and case do not count.</param>
/// <param name="Type">Only systems that receive it, rights that speak of it, or the service itself.</param>
internal sealed record RegistryQuery(string Section, AgencyCode? Under, string? Level, string? Text, MessageType? Type)
{
    private const int MaxText = 100;

    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>invalid-request</c>.</exception>
    internal static RegistryQuery Read(string section, string? under, string? level, string? q, string? type)
    {
        if (level is not null && section != RegistrySections.Agencies) throw QueryText.Bad("level", level, "nothing here; it filters /api/v1/agencies");
        if (type is not null && section is not (RegistrySections.Systems or RegistrySections.Rights or RegistrySections.Services))
            throw QueryText.Bad("type", type, "nothing here; it filters systems, rights and services");
        if (under is not null && section is RegistrySections.Levels or RegistrySections.Anchors)
            throw QueryText.Bad("under", under ?? "", "nothing here; levels and anchors belong to the whole hub");
        if (q is { Length: > MaxText or 0 }) throw QueryText.Bad("q", q, $"1 to {MaxText} characters");
        AgencyCode? root = under is null ? null : AgencyCode.TryParse(under, out var code) ? code : throw QueryText.Bad("under", under, "an agency code such as H29.12");
        MessageType? asked = type is null ? null : MessageType.TryParse(type, out var parsed) ? parsed : throw QueryText.Bad("type", type, "a message type such as vn.document.v1");
        return new RegistryQuery(section, root, level, q is null ? null : PlainLetters.Fold(q), asked);
    }

    /// <summary>Whether an object passes.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="record">Its record.</param>
    /// <param name="level">Its level at the instant, of an agency.</param>
    /// <param name="subtree">What <see cref="Under"/> sees; null when that is not asked.</param>
    internal bool Passes(string id, object record, string? level, RegistrySight? subtree) =>
        (Level is null || level == Level)
        && (Type is not { } type || Speaks(record, type.Value))
        && (subtree is null || (record is Service service ? service.Provider is { } provider && subtree.Holds(provider) : subtree.Sees(record)))
        && (Text is null || PlainLetters.Fold(id).Contains(Text, StringComparison.Ordinal) || NamesOf(record).Any(name => PlainLetters.Fold(name).Contains(Text, StringComparison.Ordinal)));

    private static bool Speaks(object record, string type) => record switch
    {
        AgencySystem system => system.Receives.Any(r => r.Value == type),
        Right right => right.Services.Contains("*") || right.Services.Contains(type),
        Service service => service.Type.Value == type,
        _ => false,
    };

    private static IEnumerable<string> NamesOf(object record) => record switch
    {
        Level level => [level.NameVi, level.NameEn],
        Agency agency => [agency.Name, agency.LegacyCode?.Value ?? ""],
        AgencySystem system => [system.Name],
        Service service => [service.NameVi, service.NameEn],
        Group group => [group.NameVi],
        Reorganisation plan => [plan.Basis],
        CodeEntry code => [code.Agency.Value],
        Right right => [right.From, right.To, right.Basis ?? ""],
        _ => [],
    };
}
