using Hub.Contracts.Problems;
using Hub.Core.Registry.Certificates;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>One check of a registry: what it is judged on, and what was found.</summary>
/// <param name="after">The registry as it would be.</param>
/// <param name="before">The registry in force; null when nothing is.</param>
/// <param name="context">What else is known.</param>
/// <param name="places">Where things stand in a text; null when they stand in none.</param>
/// <param name="mistakes">Collects what is wrong.</param>
internal sealed class RuleRun(IRegistryLookup after, IRegistryLookup? before, RulesContext context, Places? places, Mistakes mistakes)
{
    private const int MaxWarnings = 500;
    private readonly List<string> _warnings = [];
    private AnchorSet? _anchors;

    internal IRegistryLookup After => after;

    internal IRegistryLookup? Before => before;

    internal RulesContext Context => context;

    /// <summary>What is odd, though allowed; the first 500.</summary>
    internal IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The anchors of the registry as it would be.</summary>
    internal AnchorSet Anchors => _anchors ??= new AnchorSet([.. after.All(RegistrySections.Anchors).Cast<TrustAnchor>()]);

    /// <summary>The policy of the registry as it would be.</summary>
    internal RegistryPolicy Policy => after.Find(RegistrySections.Policy, RegistrySections.Policy) as RegistryPolicy ?? new RegistryPolicy();

    internal T? Find<T>(string section, string? id)
        where T : class => id is null ? null : after.Find(section, id) as T;

    internal T? FindBefore<T>(string section, string id)
        where T : class => before?.Find(section, id) as T;

    internal void Warn(string text)
    {
        if (_warnings.Count < MaxWarnings) _warnings.Add(text);
    }

    /// <summary>A mistake in a member of a record.</summary>
    internal void Wrong(object record, string member, string detail) => Wrong(record, record, member, member, detail);

    /// <summary>A mistake in a part of a record: told at the part's own place when that is known.</summary>
    /// <param name="record">The record.</param>
    /// <param name="part">Its part.</param>
    /// <param name="member">The member of the part.</param>
    /// <param name="path">The same member as the record sees it.</param>
    /// <param name="detail">What is wrong.</param>
    /// <param name="code">Which problem it is; null: <c>registry-invalid</c>.</param>
    internal void Wrong(object record, object part, string member, string path, string detail, ProblemCode? code = null)
    {
        if (places?.Find(part) is { } known) Add(known, member, detail, code);
        else if (places?.Find(record is OwnedKey key ? key.Key : record) is { } whole) Add(whole, path, detail, code);
        else WrongObject(ObjectForms.Name(record), path, detail, code);
    }

    /// <summary>A mistake in an object that stands nowhere, such as one that was removed.</summary>
    internal void WrongObject((string Section, string Id) name, string member, string detail, ProblemCode? code = null) =>
        mistakes.Add(0, member.Length == 0 ? $"{name.Section}[{name.Id}]" : $"{name.Section}[{name.Id}].{member}", detail, code);

    internal void CheckName(object record, object part, string member, string path, string? name)
    {
        if (name is not null && LookAlikes.WrongName(name) is { } wrong) Wrong(record, part, member, path, wrong);
    }

    internal void CheckName(object record, string member, string? name) => CheckName(record, record, member, member, name);

    internal void CheckInterval(object record, string first, DateTimeOffset? from, string last, DateTimeOffset? until)
    {
        if (from >= until) Wrong(record, last, $"is not after {first}.");
    }

    private void Add(Place place, string member, string detail, ProblemCode? code) =>
        mistakes.Add(place.Line, place.Path.Length == 0 ? member : $"{place.Path}.{member}", detail, code);
}
