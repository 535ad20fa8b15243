using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;

namespace Hub.Core.Registry.Rehearsal;

/// <summary>Works out what planned reorganisations will do: compares the answers of one registry at two instants. Pure.</summary>
/// <param name="registry">The registry in force.</param>
/// <param name="now">From when.</param>
/// <param name="date">To when.</param>
/// <param name="under">Only what concerns this agency's subtree; null: everything.</param>
internal sealed class RehearsalPolicy(RegistrySnapshot registry, DateTimeOffset now, DateTimeOffset date, AgencyCode? under)
{
    private const int MaxRows = 1_000;
    private const int MaxMembers = 100;

    /// <summary>Systems whose traffic is concerned: those of agencies that change, closed or not.</summary>
    internal IReadOnlyList<SystemAddress> Concerned() => [.. Changing().SelectMany(a => registry.SystemsOf(a.Code)).Select(s => s.Address)];

    internal RehearsalReport Report(IReadOnlyList<OpenDelivery> open, bool complete) => new(
        now, date, registry.Version,
        [.. registry.Reorganisations.Where(r => r.On > now && r.On <= date).Select(r => new RehearsedReorganisation(r.Id, r.On, r.Basis, r.Acts.Count))],
        [.. Changing().Select(Agency)],
        [.. registry.Groups.OrderBy(g => g.Name, StringComparer.Ordinal).Select(Group).OfType<RehearsedGroup>()],
        [.. open.GroupBy(d => (d.To, d.Type)).OrderBy(g => g.Key.To.ToString(), StringComparer.Ordinal).ThenBy(g => g.Key.Type.Value, StringComparer.Ordinal).Select(g => Traffic(g.Key.To, g.Key.Type, [.. g]))],
        [.. open.Select(d => (d.From, d.Type, d.To)).Distinct().Select(p => Right(p.From, p.Type, p.To)).OfType<RehearsedRight>().Take(MaxRows)],
        [.. Problems(open).Take(MaxRows)],
        complete);

    private IEnumerable<(AgencyCode Code, AgencyState Before, AgencyState After)> Changing()
    {
        foreach (var code in registry.AgencyCodes)
        {
            var (before, after) = (registry.AgencyAt(code, now)!, registry.AgencyAt(code, date)!);
            if (!ReferenceEquals(before, after) && IsWithin(code)) yield return (code, before, after);
        }
    }

    private bool IsWithin(AgencyCode code) => under is not { } top || registry.IsUnder(code, top, now) || registry.IsUnder(code, top, date);

    private RehearsedAgency Agency((AgencyCode Code, AgencyState Before, AgencyState After) agency)
    {
        var (code, before, after) = agency;
        var what = new List<string>();
        if (!before.IsOpen && after.IsOpen) what.Add("opens");
        if (before.IsOpen && !after.IsOpen) what.Add("closes");
        if (before.Name != after.Name) what.Add("renamed");
        if (before.Parent != after.Parent) what.Add("moved");
        if (before.Level != after.Level) what.Add("level");
        if (after.IsOpen && after.Handovers.Count > before.Handovers.Count) what.Add("gives-away");
        var successors = after.Handovers.SelectMany(h => h.Act!.Successors).Select(s => $"{s.Agency} ({string.Join(", ", s.Scope)})").Distinct();
        return new RehearsedAgency(code.Value, after.Name, what, after.Closure?.Reorganisation, [.. successors], [.. registry.SystemsOf(code).Select(s => s.Address.ToString())]);
    }

    private RehearsedGroup? Group(Group group)
    {
        var (before, after) = (Members(group, now), Members(group, date));
        var (added, removed) = (after.Except(before).Where(IsWithin).ToList(), before.Except(after).Where(IsWithin).ToList());
        return added.Count + removed.Count == 0
            ? null
            : new RehearsedGroup(group.Name, before.Count, after.Count, Codes(added), Codes(removed));
    }

    private static List<string> Codes(List<AgencyCode> codes) => [.. codes.Select(c => c.Value).Order(StringComparer.Ordinal).Take(MaxMembers)];

    private HashSet<AgencyCode> Members(Group group, DateTimeOffset at) => group.Rule is { } rule
        ? [.. GroupExpansion.Fulfilling(registry, rule, at)]
        : [.. group.Members.Select(m => m.Kind == RecipientKind.System ? m.System.Agency : m.Agency).Where(c => registry.AgencyAt(c, at) is { IsOpen: true })];

    private RehearsedTraffic Traffic(SystemAddress system, MessageType type, IReadOnlyList<OpenDelivery> open)
    {
        var (outcome, to, detail) = ReorganisationPolicy.Decide(registry, type, system, date) switch
        {
            ReorganisationDecision.Redirect redirect => ("redirected", redirect.To.System.Address.ToString(), (string?)null),
            ReorganisationDecision.End end => ("refused", (string?)null, end.Detail),
            _ => ("stays", null, null),
        };
        var claimed = open.Count(d => d.Claimed);
        return new RehearsedTraffic(
            system.ToString(), type.Value, open.Count - claimed, claimed, open.Select(d => d.Conversation).OfType<string>().Distinct().Count(), outcome, to, detail);
    }

    private RehearsedRight? Right(SystemAddress from, MessageType type, SystemAddress to)
    {
        if (RegistrySnapshot.IsProtocol(type)) return null;
        var (before, after) = (Explain(from, type, to, now), Explain(from, type, to, date));
        if (before.Allowed == after.Allowed) return null;
        var (allowed, denied) = before.Allowed ? (before, after) : (after, before);
        return new RehearsedRight(from.ToString(), type.Value, to.ToString(), before.Allowed ? "stops" : "begins", allowed.Right!, denied.Lines[0]);
    }

    /// <summary>The decision as intake would make it: on the address written, wherever that leads by then.</summary>
    private RightDecision Explain(SystemAddress from, MessageType type, SystemAddress to, DateTimeOffset at)
    {
        var found = TryResolve(RecipientAddress.Parse(to.ToString()), type, at, out var problem);
        return found is null
            ? new RightDecision(false, null, [problem!.Detail ?? problem.Code.Code])
            : registry.Explain(from, type, found.System.Address, new MessageFacts(0), at, found.Redirection);
    }

    /// <summary>What agencies that change receive now, or have open traffic of, and nobody will get then.</summary>
    private IEnumerable<RehearsedProblem> Problems(IReadOnlyList<OpenDelivery> open)
    {
        var traffic = open.ToLookup(d => d.To.Agency, d => d.Type);
        foreach (var (code, before, _) in Changing().Where(a => a.Before.IsOpen))
        {
            var types = registry.SystemsOf(code).SelectMany(s => s.Receives).Concat(traffic[code]).Distinct().OrderBy(t => t.Value, StringComparer.Ordinal);
            foreach (var type in types.Where(t => !RegistrySnapshot.IsProtocol(t)))
            {
                var address = RecipientAddress.Parse(code.Value);
                if (TryResolve(address, type, date, out var problem) is null && TryResolve(address, type, now, out _) is not null)
                    yield return new RehearsedProblem(code.Value, type.Value, problem!.Code.Code, problem.Detail ?? "");
            }
        }
    }

    private ResolvedRecipient? TryResolve(RecipientAddress address, MessageType type, DateTimeOffset at, out ProblemItem? problem)
    {
        problem = null;
        var found = new DestinationFinder(registry, type, at).Find(address);
        if (found.System is { } system) return new ResolvedRecipient(system, RecipientRole.Main, "direct") { Redirection = found.Redirection };
        problem = new ProblemItem(address.Value, found.Code!, found.Detail!);
        return null;
    }
}
