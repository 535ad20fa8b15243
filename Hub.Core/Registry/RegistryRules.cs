using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry;

/// <summary>What a registry must fulfil beyond the shape of its objects: nothing twice, nothing dangling, no contradiction, no
/// rewriting of history. Pure; adds what is wrong to the mistakes and returns what is merely odd. The rules of each section stand
/// in <c>Rules</c>.</summary>
internal static class RegistryRules
{
    /// <summary>Greatest depth of the agency tree (20).</summary>
    internal const int MaxLevels = 20;

    /// <summary>Checks a whole document.</summary>
    /// <param name="draft">What was read.</param>
    /// <param name="before">What is in force, if anything.</param>
    /// <param name="context">What else is known.</param>
    /// <param name="mistakes">Collects what is wrong.</param>
    /// <returns>Warnings.</returns>
    internal static IReadOnlyList<string> Check(Draft draft, IRegistryLookup? before, RulesContext context, Mistakes mistakes)
    {
        var (content, places) = (draft.Content, draft.Places);
        var after = new RulesIndex();
        var run = new RuleRun(after, before, context, places, mistakes);
        if (content.Hub != default && content.Hub != context.Hub)
            mistakes.Add(places.Find(content)?.Line ?? 1, "hub", $"is {content.Hub}, but this hub is {context.Hub}. This document belongs to another hub.");
        var records = ObjectForms.Records(content).ToArray();
        foreach (var record in records)
            if (!after.TryAdd(record)) run.Wrong(record.Value!, NamingMember(record.Section), $"'{record.Id}' stands twice.");
        foreach (var record in records) CheckRecord(run, record);
        foreach (var old in before?.All(RegistrySections.Reorganisations) ?? [])
            if (old is Reorganisation { Id: var id } && after.Find(RegistrySections.Reorganisations, id) is null) ReorganisationRules.CheckHistory(run, id, after: null);
        ReorganisationTimeline.Check(run);
        return run.Warnings;
    }

    /// <summary>Checks changes at the cost of what they touch. Removing what others may name looks at those that may name it, and whatever
    /// moves agencies at all of them; everything else is local.</summary>
    /// <param name="before">What is in force.</param>
    /// <param name="changes">Objects as they shall be; each section and id at most once. Removing a system does not remove its
    /// keys: whoever removes it names them too.</param>
    /// <param name="context">What else is known.</param>
    /// <param name="mistakes">Collects what is wrong, by <c>section[id].member</c>.</param>
    /// <param name="places">Where the changes were read; null: they are named by section and id.</param>
    /// <returns>Warnings.</returns>
    internal static IReadOnlyList<string> CheckChanges(
        IRegistryLookup before, IReadOnlyList<SnapshotChange> changes, RulesContext context, Mistakes mistakes, Places? places = null)
    {
        var run = new RuleRun(new ChangedRegistry(before, changes), before, context, places, mistakes);
        foreach (var twice in changes.GroupBy(c => (c.Section, c.Id)).Where(g => g.Count() > 1))
            run.WrongObject(twice.Key, "", "is changed twice by the same patch.");
        foreach (var change in changes)
        {
            if (change.Value is not null) CheckRecord(run, change);
            else if (change.Section == RegistrySections.Reorganisations) ReorganisationRules.CheckHistory(run, change.Id, after: null);
            else if (change.Section == RegistrySections.Keys) WarnOfLastKey(run, change.Id);
        }

        CheckRemovals(run, changes);
        if (changes.Any(c => TouchesTime(before, c))) ReorganisationTimeline.Check(run);
        return run.Warnings;
    }

    private static void CheckRecord(RuleRun run, SnapshotChange change)
    {
        var record = change.Value!;
        foreach (var reference in References.Of(record))
        {
            if (run.After.Find(reference.Section, reference.Id) is not null) continue;
            run.Wrong(record, reference.Part ?? record, reference.PartMember ?? reference.Member, reference.Member, Dangling(reference));
        }

        switch (record)
        {
            case Level level: AgencyRules.Check(run, level); break;
            case Agency agency: AgencyRules.Check(run, agency); break;
            case CodeEntry entry: AgencyRules.Check(run, entry); break;
            case Reorganisation reorganisation: ReorganisationRules.Check(run, reorganisation); break;
            case TrustAnchor anchor: GovernanceRules.Check(run, anchor); break;
            case Service service: ServiceRules.Check(run, service); break;
            case Group group: GroupRules.Check(run, group); break;
            case Person person: GovernanceRules.Check(run, person); break;
            case AgencySystem system: SystemRules.Check(run, system); break;
            case OwnedKey key: SystemRules.Check(run, key); break;
            case Right right: RightRules.Check(run, right); break;
            case RegistryPolicy policy: GovernanceRules.Check(run, policy); break;
            default: throw new ArgumentException($"{record.GetType().Name} is no record of a registry.", nameof(change));
        }
    }

    private static string Dangling(Reference reference)
    {
        var noun = ObjectForms.Of(reference.Section).Noun;
        if (reference.Section == RegistrySections.Services && reference.Id.StartsWith("hub.", StringComparison.Ordinal))
            return $"{reference.Id} is the hub's own: its types are built in and never subject to rights.";
        return $"{reference.Id} is no {noun} of this registry{(reference.Section == RegistrySections.Agencies ? " (by its code in force)" : "")}.";
    }

    /// <summary>What is removed must not be named any more.</summary>
    private static void CheckRemovals(RuleRun run, IReadOnlyList<SnapshotChange> changes)
    {
        var removed = changes.Where(c => c.Value is null && References.AreNamed(c.Section)).Select(c => (c.Section, c.Id)).ToHashSet();
        if (removed.Count == 0) return;
        var touched = changes.Select(c => (c.Section, c.Id)).ToHashSet();
        foreach (var section in RegistrySections.All)
        {
            foreach (var record in run.After.MayName(section, removed))
            {
                foreach (var reference in References.Of(record))
                {
                    if (!removed.Contains((reference.Section, reference.Id))) continue;
                    var by = ObjectForms.Name(record);
                    if (!touched.Contains(by)) run.WrongObject((reference.Section, reference.Id), "", $"is still named by the {ObjectForms.Of(section).Noun} {by.Id} ({reference.Member}). Change or remove that first, or in the same patch.");
                }
            }
        }
    }

    private static void WarnOfLastKey(RuleRun run, string id)
    {
        if (run.FindBefore<OwnedKey>(RegistrySections.Keys, id) is { System: var address }
            && run.Find<AgencySystem>(RegistrySections.Systems, address.ToString()) is not null && !run.After.KeysOf(address).Any())
            run.Warn($"{address} has no key: it can neither send nor claim.");
    }

    /// <summary>Whether a change can make the past or future of agencies contradict itself.</summary>
    private static bool TouchesTime(IRegistryLookup before, SnapshotChange change) => change switch
    {
        { Section: RegistrySections.Reorganisations } => true,
        { Section: RegistrySections.Agencies, Value: Agency agency } => before.Find(change.Section, change.Id) is not Agency old
            ? agency.Parent is not null
            : (old.Parent, old.ValidFrom, old.ValidUntil) != (agency.Parent, agency.ValidFrom, agency.ValidUntil),
        _ => false,
    };

    private static string NamingMember(string section) => ObjectForms.Of(section).Naming("").Select(n => n.Member).LastOrDefault() ?? "";
}
