using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry.Changes;

/// <summary>A patch that could be read and fulfils every rule, with what it makes of the registry.</summary>
/// <param name="Before">The registry it was checked against.</param>
/// <param name="After">The registry as it would be.</param>
/// <param name="Differences">What changes, in the order of sections; nothing that stays as it is.</param>
/// <param name="Warnings">What is odd, though allowed.</param>
internal sealed record CheckedPatch(RegistrySnapshot Before, RegistrySnapshot After, IReadOnlyList<ObjectDifference> Differences, IReadOnlyList<string> Warnings)
{
    /// <summary>Most changes of one patch (100,000).</summary>
    internal const int MaxChanges = 100_000;

    /// <summary>Longest reason in characters (500).</summary>
    internal const int MaxReason = 500;

    /// <summary>Reads and checks a patch; every mistake is reported at once.</summary>
    /// <param name="patch">The patch.</param>
    /// <param name="before">The registry in force.</param>
    /// <param name="context">What else is known.</param>
    /// <param name="actor">Who asks, to whom nothing is said of what is not his to change; null: whoever may see all.</param>
    /// <exception cref="ProblemException"><c>outside-subtree</c>, <c>registry-invalid</c> or <c>registry-conflict</c>.</exception>
    internal static CheckedPatch Read(RegistryPatch patch, RegistrySnapshot before, RulesContext context, RegistryActor? actor = null)
    {
        var index = new SnapshotLookup(before);
        var mistakes = new Mistakes();
        var at = context.Now ?? DateTimeOffset.MinValue;
        var (differences, places) = Differ(patch, index, mistakes, actor, (section, id, record) => actor is null ? null : SubtreePolicy.RefusalToAsk(actor, section, id, record, before, at));
        var changes = differences.Select(d => d.ToChange()).ToList();
        var warnings = RegistryRules.CheckChanges(index, changes, context, mistakes, places);
        mistakes.ThrowIfAny();
        return new CheckedPatch(before, before.With(before.Version + 1, changes), differences, warnings);
    }

    /// <summary>Checks the differences to a content that was read as a whole and checked already.</summary>
    internal static CheckedPatch Of(RegistrySnapshot before, CheckedRegistry read)
    {
        var old = ObjectForms.Records(before.Content).ToDictionary(r => (r.Section, r.Id), r => r.Value);
        var differences = new List<ObjectDifference>();
        foreach (var record in ObjectForms.Records(read.Content))
        {
            old.Remove((record.Section, record.Id), out var was);
            differences.Add(new ObjectDifference(record.Section, record.Id, was, record.Value));
        }

        differences.RemoveAll(d => d.IsNothing);
        differences.AddRange(old.Select(o => new ObjectDifference(o.Key.Section, o.Key.Id, o.Value, null)));
        var changed = InOrder(differences);
        return new CheckedPatch(before, before.With(before.Version + 1, [.. changed.Select(d => d.ToChange())]), changed, read.Warnings);
    }

    /// <summary>What changed, by section and name.</summary>
    internal IReadOnlyList<SectionChanges> Changes => field ??=
    [
        .. Differences.GroupBy(d => d.Section).Select(g => new SectionChanges(
            g.Key,
            [.. g.Where(d => d.Old.Json is null).Select(d => d.Id)],
            [.. g.Where(d => d.Old.Json is not null && d.New.Json is not null).Select(d => d.Id)],
            [.. g.Where(d => d.New.Json is null).Select(d => d.Id)])),
    ];

    /// <summary>The differences as a patch of its own, each with the digest of the object as it is now. The groups that its rights speak of
    /// stand in it unchanged: who approves, approves rights of these members, and a group may be made anew by one person.</summary>
    internal RegistryPatch ToPatch(string? reason) => new([.. Differences.Concat(GroupsMeant()).Select(ToChange)], reason);

    private static ObjectChange ToChange(ObjectDifference d) =>
        new(d.Section, d.Id, d.New.Json is { } json ? System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject() : null, d.Old.Digest);

    private IEnumerable<ObjectDifference> GroupsMeant() => Differences.Select(d => d.After).OfType<Right>()
        .SelectMany(static r => new[] { r.From, r.To })
        .Select(static text => RightPattern.TryParse(text, out var pattern) && pattern.Kind == RightPatternKind.Group ? pattern.Group : null)
        .OfType<string>().Distinct(StringComparer.Ordinal)
        .Where(name => !Differences.Any(d => d.Section == RegistrySections.Groups && d.Id == name))
        .Select(name => Before.FindGroup(name)).OfType<Group>()
        .Select(static group => new ObjectDifference(RegistrySections.Groups, group.Name, group, group));

    /// <summary>The refusal of changes that are not an actor's to make.</summary>
    internal static ProblemException Outside(RegistryActor actor, IReadOnlyList<ProblemItem> outside) => new(new Problem(
        ProblemCode.OutsideSubtree, $"{outside.Count} object(s) are not {actor.Name}'s to change; nothing was changed. First: {outside[0].Subject} {outside[0].Detail}.") { Items = [.. outside.Take(500)] });

    private static (List<ObjectDifference> Differences, Places Places) Differ(
        RegistryPatch patch, SnapshotLookup before, Mistakes mistakes, RegistryActor? actor, Func<string, string, object?, string?> refusal)
    {
        if (patch.Changes.Count is 0 or > MaxChanges) mistakes.Add(0, "changes", $"are {patch.Changes.Count}; a patch has 1 to {MaxChanges}.");
        if (patch.Reason?.Length > MaxReason) mistakes.Add(0, "reason", $"has {patch.Reason.Length} characters; the limit is {MaxReason}.");
        mistakes.ThrowIfAny();
        var (places, differences) = (new Places(), new Dictionary<(string, string), ObjectDifference>());
        var (conflicts, outside) = (new List<ProblemItem>(), new List<ProblemItem>());
        foreach (var change in patch.Changes)
        {
            if (Read(change, mistakes, places) is not var (id, record)) continue;
            var difference = new ObjectDifference(change.Section, id, before.Find(change.Section, id), record);
            if (refusal(change.Section, id, difference.Before) is { } why) outside.Add(new ProblemItem($"{change.Section}[{id}]", ProblemCode.OutsideSubtree, why));
            if (!differences.TryAdd((change.Section, id), difference)) mistakes.Add(0, $"{change.Section}[{id}]", "stands twice in the patch.");
            if (change.IfMatch is { } seen && seen != difference.Old.Digest)
                conflicts.Add(new ProblemItem($"{change.Section}[{id}]", ProblemCode.RegistryConflict, $"is '{difference.Old.Digest}' now, not '{seen}'."));
        }

        if (outside.Count > 0) throw Outside(actor!, outside);
        if (!mistakes.Any && conflicts.Count > 0)
            throw new ProblemException(new Problem(ProblemCode.RegistryConflict, $"{conflicts.Count} object(s) have changed meanwhile; nothing was changed. First: {conflicts[0].Subject} {conflicts[0].Detail}") { Items = [.. conflicts.Take(500)] });
        foreach (var gone in differences.Values.Where(d => d is { Before: AgencySystem, After: null }).ToList())
        {
            // A system takes its keys with it.
            foreach (var key in before.KeysOf(((AgencySystem)gone.Before!).Address))
            {
                var (section, id) = ObjectForms.Name(key);
                differences.TryAdd((section, id), new ObjectDifference(section, id, key, null));
            }
        }

        return (InOrder(differences.Values.Where(d => !d.IsNothing)), places);
    }

    /// <summary>Id and record of a change; null when there is a mistake.</summary>
    private static (string Id, object? Record)? Read(ObjectChange change, Mistakes mistakes, Places places)
    {
        if (ObjectForms.Find(change.Section) is null)
        {
            mistakes.Add(0, $"{change.Section}[{change.Id}]", $"'{change.Section}' is no section of a registry. Known: {string.Join(", ", RegistrySections.All)}.");
            return null;
        }

        if (change.Value is not null)
        {
            var record = ObjectForms.Read(change.Section, change.Id.Length == 0 ? null : change.Id, change.Value, mistakes, places);
            return record is null ? null : (ObjectForms.Name(record).Id, record);
        }

        if (change.Id.Length > 0) return (change.Id, null);
        mistakes.Add(0, $"{change.Section}[]", "names no object to remove.");
        return null;
    }

    private static List<ObjectDifference> InOrder(IEnumerable<ObjectDifference> differences) =>
        [.. differences.OrderBy(d => RegistrySections.PlaceOf(d.Section)).ThenBy(d => d.Id, StringComparer.Ordinal)];
}
