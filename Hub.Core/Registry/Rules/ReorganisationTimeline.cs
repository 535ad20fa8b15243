using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>Lives through all reorganisations in order and finds what is wrong at each instant: acts on agencies that are closed,
/// successors that are not open, circles of successors or of parents.</summary>
internal sealed class ReorganisationTimeline
{
    /// <summary>Longest way from a closed agency to the one that takes over (8 steps).</summary>
    internal const int MaxChain = 8;

    private readonly RuleRun _run;
    private readonly Dictionary<AgencyCode, DateTimeOffset> _closed = [];
    private readonly Dictionary<AgencyCode, IReadOnlyList<Successor>> _successors = [];
    private readonly Dictionary<AgencyCode, AgencyCode> _moved = [];

    private ReorganisationTimeline(RuleRun run) => _run = run;

    internal static void Check(RuleRun run)
    {
        var timeline = new ReorganisationTimeline(run);
        timeline.CheckTree(then: null);
        foreach (var reorganisation in run.After.All(RegistrySections.Reorganisations).Cast<Reorganisation>().OrderBy(r => r.On).ThenBy(r => r.Id, StringComparer.Ordinal))
            timeline.Live(reorganisation);
    }

    private void Live(Reorganisation reorganisation)
    {
        for (var i = 0; i < reorganisation.Acts.Count; i++) Apply(reorganisation, reorganisation.Acts[i], i);
        for (var i = 0; i < reorganisation.Acts.Count; i++)
            foreach (var successor in reorganisation.Acts[i].Successors) CheckSuccessor(reorganisation, reorganisation.Acts[i], successor, i);
        CheckChains(reorganisation);
        if (reorganisation.Acts.Any(a => a is { Act: ActKind.Move, Parent: not null })) CheckTree(reorganisation);
    }

    private void Apply(Reorganisation whole, ReorganisationAct act, int place)
    {
        if (Agency(act.Agency) is not { } agency) return;
        if (act.Act == ActKind.Reopen)
        {
            if (!_closed.Remove(act.Agency) && !_successors.ContainsKey(act.Agency)) Wrong($"{act.Agency} was not closed by a reorganisation before.");
            _successors.Remove(act.Agency);
            return;
        }

        if (_closed.TryGetValue(act.Agency, out var since)) Wrong($"{act.Agency} is closed since {ScalarForms.Write(since)}; reopen it first.");
        else if (!agency.IsOpen(whole.On)) Wrong($"{act.Agency} is not open on {ScalarForms.Write(whole.On)}: validFrom {Text(agency.ValidFrom)}, validUntil {Text(agency.ValidUntil)}.");
        if (act is { Act: ActKind.Move, Parent: { } parent }) _moved[act.Agency] = parent;
        if (act.Act is not (ActKind.Merge or ActKind.Split or ActKind.Dissolve)) return;
        if (act.Closes) _closed[act.Agency] = whole.On;
        _successors[act.Agency] = act.Closes ? act.Successors : [.. _successors.GetValueOrDefault(act.Agency) ?? [], .. act.Successors];

        void Wrong(string detail) => _run.Wrong(whole, act, "agency", $"acts[{place}].agency", detail);
    }

    private void CheckSuccessor(Reorganisation whole, ReorganisationAct act, Successor successor, int place)
    {
        if (Agency(successor.Agency) is not { } agency) return;
        if (_closed.TryGetValue(successor.Agency, out var closed)) Wrong($"{successor.Agency} is closed since {ScalarForms.Write(closed)}; name who follows it.");
        else if (agency.ValidUntil <= whole.On) Wrong($"{successor.Agency} is closed since {ScalarForms.Write(agency.ValidUntil.Value)}; name who follows it.");
        else if (agency.ValidFrom > whole.On) _run.Warn($"{successor.Agency} takes over from {act.Agency} on {ScalarForms.Write(whole.On)}, but opens only on {Text(agency.ValidFrom)}: messages in between are refused.");

        void Wrong(string detail) => _run.Wrong(whole, successor, "agency", $"acts[{place}].successors", detail);
    }

    private void CheckChains(Reorganisation whole)
    {
        var depths = new Dictionary<AgencyCode, int>();
        for (var i = 0; i < whole.Acts.Count; i++)
        {
            if (whole.Acts[i].Successors.Count == 0) continue;
            foreach (var start in _successors.Keys)
            {
                if (Depth(start, depths, []) <= MaxChain) continue;
                _run.Wrong(whole, whole.Acts[i], "successors", $"acts[{i}].successors", $"lead from {start} in a circle, or over more than {MaxChain} steps, once all reorganisations until {ScalarForms.Write(whole.On)} are in force.");
                return;
            }

            return;
        }
    }

    /// <summary>Steps to the end of the longest chain from here; more than <see cref="MaxChain"/> for a circle.</summary>
    private int Depth(AgencyCode from, Dictionary<AgencyCode, int> known, HashSet<AgencyCode> way)
    {
        if (known.TryGetValue(from, out var depth)) return depth;
        if (!_successors.TryGetValue(from, out var successors)) return known[from] = 0;
        if (way.Count > MaxChain || !way.Add(from)) return MaxChain + 1;
        foreach (var successor in successors) depth = Math.Max(depth, Depth(successor.Agency, known, way) + 1);
        way.Remove(from);
        return known[from] = depth;
    }

    private void CheckTree(Reorganisation? then)
    {
        foreach (var agency in _run.After.All(RegistrySections.Agencies).Cast<Agency>())
        {
            var above = ParentOf(agency);
            var hops = 1;
            while (above is not null && above.Code != agency.Code && hops++ < RegistryRules.MaxLevels) above = ParentOf(above);
            if (above is null) continue;
            if (then is null) _run.Wrong(agency, "parent", $"leads from {agency.Code} in a circle, or to a tree of more than {RegistryRules.MaxLevels} levels.");
            else _run.Wrong(then, "acts", $"leads from {agency.Code} in a circle of parents, or to a tree of more than {RegistryRules.MaxLevels} levels.");
            if (then is not null) return;
        }
    }

    private Agency? ParentOf(Agency agency) =>
        (_moved.TryGetValue(agency.Code, out var parent) ? parent : agency.Parent) is { } code ? Agency(code) : null;

    private Agency? Agency(AgencyCode code) => _run.Find<Agency>(RegistrySections.Agencies, code.Value);

    private static string Text(DateTimeOffset? time) => time is { } at ? ScalarForms.Write(at) : "open";
}
