using Hub.Core.Registry;

namespace Hub.Host.Api.Registry;

/// <summary>Where the objects of a section stand in the API.</summary>
/// <param name="Section">One of <see cref="RegistrySections"/>; also the name of the list.</param>
/// <param name="Template">The route below the list that names one object.</param>
/// <param name="Noun">One of them, for operation ids.</param>
/// <param name="Text">What they are, for descriptions.</param>
internal sealed record RegistryPath(string Section, string Template, string Noun, string Text)
{
    internal static IReadOnlyList<RegistryPath> All { get; } =
    [
        new(RegistrySections.Levels, "{id}", "Level", "levels of government"),
        new(RegistrySections.Agencies, "{id}", "Agency", "agencies"),
        new(RegistrySections.Codes, "{scheme}/{code}", "Code", "other codes of agencies"),
        new(RegistrySections.Reorganisations, "{id}", "Reorganisation", "reorganisations, past and planned"),
        new(RegistrySections.Anchors, "{id}", "Anchor", "certification authorities that certificates of keys must lead to"),
        new(RegistrySections.Services, "{id}", "Service", "services"),
        new(RegistrySections.Groups, "{id}", "Group", "groups of recipients"),
        new(RegistrySections.People, "{id}", "Person", "operators and auditors"),
        new(RegistrySections.Systems, "{agency}/{system}", "System", "agency systems, without their keys"),
        new(RegistrySections.Keys, "{agency}/{system}/{key}", "Key", "keys of systems"),
        new(RegistrySections.Rights, "{id}", "Right", "rights"),
    ];

    internal string List => $"/api/v1/{Section}";

    internal string One => $"{List}/{Template}";

    /// <summary>The id of the object that a request's path names.</summary>
    internal static string IdOf(HttpContext context)
    {
        var values = context.Request.RouteValues;
        string Value(string name) => (string)values[name]!;
        if (values.ContainsKey("key")) return $"{Value("agency")}/{Value("system")} {Value("key")}";
        if (values.ContainsKey("system")) return $"{Value("agency")}/{Value("system")}";
        return values.ContainsKey("scheme") ? $"{Value("scheme")} {Value("code")}" : Value("id");
    }

    /// <summary>The path of one object; null for sections that have none.</summary>
    internal static string? Of(string section, string id) => section == RegistrySections.Policy ? "/api/v1/policy"
        : All.Any(p => p.Section == section) ? $"/api/v1/{section}/{string.Join('/', id.Split(' ', '/').Select(Uri.EscapeDataString))}"
        : null;
}
