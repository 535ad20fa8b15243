using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of one reorganisation by itself; what depends on the others is judged by <see cref="ReorganisationTimeline"/>.</summary>
internal static class ReorganisationRules
{
    /// <summary>Most acts of one reorganisation (20,000): every commune of the country at once.</summary>
    private const int MaxActs = 20_000;

    internal static void Check(RuleRun run, Reorganisation reorganisation)
    {
        if (!IdShape.Fits(reorganisation.Id)) run.Wrong(reorganisation, "id", $"'{reorganisation.Id}' is no id: letters, digits and ._:- only, the first a letter or digit.{LookAlikes.Remark(reorganisation.Id)}");
        if (reorganisation.Acts.Count is 0 or > MaxActs) run.Wrong(reorganisation, "acts", $"must be 1 to {MaxActs}.");
        for (var i = 0; i < reorganisation.Acts.Count; i++) CheckAct(run, reorganisation, reorganisation.Acts[i], $"acts[{i}].");
        CheckHistory(run, reorganisation.Id, reorganisation);
    }

    /// <summary>A reorganisation whose date has passed is history: it may be undone by another, never changed or removed.</summary>
    /// <param name="run">The check.</param>
    /// <param name="id">Which one.</param>
    /// <param name="after">What it shall say; null when it shall be removed.</param>
    internal static void CheckHistory(RuleRun run, string id, Reorganisation? after)
    {
        if (run.Before is null || run.Context.Now is not { } now) return;
        var old = run.FindBefore<Reorganisation>(RegistrySections.Reorganisations, id);
        if (after is null)
        {
            if (old?.On <= now) run.WrongObject((RegistrySections.Reorganisations, id), "", $"took effect on {ScalarForms.Write(old.On)} and is history. It cannot be removed; undo it by a new reorganisation (act: reopen).");
        }
        else if (old is null || old.On > now)
        {
            if (after.On <= now) run.Warn($"The reorganisation {id} is dated {ScalarForms.Write(after.On)}, which has passed: it takes effect at once, also on how past messages are shown, and cannot be withdrawn.");
        }
        else if (ObjectForms.ToObject(old).Json != ObjectForms.ToObject(after).Json)
        {
            run.Wrong(after, "on", $"took effect on {ScalarForms.Write(old.On)} and is history. It cannot be changed; undo it by a new reorganisation (act: reopen).");
        }
    }

    private static void CheckAct(RuleRun run, Reorganisation whole, ReorganisationAct act, string path)
    {
        var (names, moves) = (act.Act == ActKind.Rename, act.Act == ActKind.Move);
        var hands = act.Act is ActKind.Merge or ActKind.Split or ActKind.Dissolve;
        var word = Words.Acts.Write(act.Act);
        if (names && act.Name is not { Length: > 0 }) Wrong("name", "is missing: a rename says the new name.");
        if (!names && act.Name is not null) Wrong("name", $"belongs to a rename, not to '{word}'.");
        if (moves && act is { Parent: null, Level: null }) Wrong("parent", "is missing: a move says the new parent, the new level, or both.");
        if (!moves && act.Parent is not null) Wrong("parent", $"belongs to a move, not to '{word}'.");
        if (!moves && act.Level is not null) Wrong("level", $"belongs to a move, not to '{word}'.");
        if (act.Parent == act.Agency) Wrong("parent", "is the agency itself.");
        if (!hands && act.Successors.Count > 0) Wrong("successors", $"belong to merge, split and dissolve, not to '{word}'.");
        if (!hands && act.Policy != ClosedPolicy.Redirect) Wrong("policy", $"belongs to merge, split and dissolve, not to '{word}'.");
        if (!hands && !act.InheritRights) Wrong("inheritRights", $"belongs to merge, split and dissolve, not to '{word}'.");
        if (act.Act != ActKind.Split && !act.Closes) Wrong("closes", "belongs to a split.");
        run.CheckName(whole, act, "name", path + "name", act.Name);
        CheckSuccessors(run, whole, act, path);

        void Wrong(string member, string detail) => run.Wrong(whole, act, member, path + member, detail);
    }

    private static void CheckSuccessors(RuleRun run, Reorganisation whole, ReorganisationAct act, string path)
    {
        if (act is { Act: ActKind.Merge, Successors: not [{ Scope: ["*"] }] }) Wrong("A merge has exactly one successor, which takes everything over (scope \"*\").");
        if (act is { Act: ActKind.Split, Closes: true, Successors.Count: < 2 }) Wrong("A split that closes the agency has two successors or more; with one it is a merge.");
        if (act is { Act: ActKind.Split, Closes: false } && (act.Successors.Count == 0 || act.Successors.Any(s => s.Scope.Contains("*"))))
            Wrong("A split that leaves the agency open names at least one successor, each with the types or functions it takes, never \"*\".");
        if (act.Successors.DistinctBy(s => s.Agency).Count() != act.Successors.Count) Wrong("name an agency twice; join its scopes.");
        foreach (var successor in act.Successors)
        {
            if (successor.Agency == act.Agency) Wrong("name the agency itself.");
            if (successor.Scope.Count == 0) run.Wrong(whole, successor, "scope", path + "successors", "is empty; leave it out for everything.");
            foreach (var scope in successor.Scope.Where(s => s != "*")) CheckScope(run, whole, successor, path, scope);
        }

        foreach (var shared in act.Successors.SelectMany(s => s.Scope.Distinct(), (s, scope) => (s.Agency, scope)).GroupBy(x => x.scope).Where(g => g.Count() > 1))
            run.Warn($"{string.Join(" and ", shared.Select(x => x.Agency))} all take over '{shared.Key}' from {act.Agency}: messages in this scope will be refused with their names, since the hub cannot choose.");

        void Wrong(string detail) => run.Wrong(whole, act, "successors", path + "successors", detail);
    }

    private static void CheckScope(RuleRun run, Reorganisation whole, Successor successor, string path, string scope)
    {
        // A message type is a reference, judged with all others.
        if (MessageType.TryParse(scope, out _)) return;
        if (!IdShape.FitsWord(scope)) run.Wrong(whole, successor, "scope", path + "successors", $"'{scope}' is neither a message type, nor a function of services, nor \"*\".{LookAlikes.Remark(scope)}");
        else if (!run.After.All(RegistrySections.Services).Any(s => ((Service)s).Function == scope)) run.Warn($"No service has the function '{scope}', which {successor.Agency} takes over in {whole.Id}.");
    }
}
