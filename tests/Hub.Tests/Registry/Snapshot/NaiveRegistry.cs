using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>The rules of the registry as they stand in the guide, each said once and the slow way: everything is looked for in the
/// lists of the content. What the snapshot answers must be this.</summary>
internal sealed class NaiveRegistry(RegistryContent content)
{
    internal sealed record State(string Name, string Level, AgencyCode? Parent, bool Open, IReadOnlyList<(Reorganisation By, ReorganisationAct Act)> Gave);

    internal sealed record Target(SystemAddress? System, Redirection? Redirection, string? Problem)
    {
        internal static Target No(string problem) => new(null, null, problem);
    }

    internal State At(AgencyCode code, DateTimeOffset at)
    {
        var agency = Agency(code);
        var (name, level, parent, closed) = (agency.Name, agency.Level, agency.Parent, false);
        var gave = new List<(Reorganisation, ReorganisationAct)>();
        foreach (var reorganisation in content.Reorganisations.Where(r => r.On <= at).OrderBy(r => r.On).ThenBy(r => r.Id, StringComparer.Ordinal))
        {
            foreach (var act in reorganisation.Acts.Where(a => a.Agency == code))
            {
                if (act.Act == ActKind.Rename) name = act.Name!;
                if (act.Act == ActKind.Move) (parent, level) = (act.Parent, act.Level ?? level);
                if (act.Act is ActKind.Merge or ActKind.Split or ActKind.Dissolve) gave.Add((reorganisation, act));
                if (Closes(act)) closed = true;
                if (act.Act != ActKind.Reopen) continue;
                closed = false;
                gave.Clear();
            }
        }

        return new State(name, level, parent, !closed && agency.IsOpen(at), gave);
    }

    internal AgencyCode? Code(AgencyCode written, DateTimeOffset at)
    {
        if (content.Agencies.Any(a => a.Code == written)) return written;
        if (content.Agencies.FirstOrDefault(a => a.LegacyCode == written) is { } legacy) return legacy.Code;
        return content.Codes.FirstOrDefault(c => c.Scheme != "territory" && c.Code == written.Value && !(at < c.ValidFrom) && !(at >= c.ValidUntil))?.Agency;
    }

    internal Target Resolve(RecipientAddress to, MessageType type, DateTimeOffset at)
    {
        var written = to.Kind == RecipientKind.System ? to.System.Agency : to.Agency;
        if (Code(written, at) is not { } code) return Target.No("unknown-recipient");
        var named = to.Kind == RecipientKind.System ? Systems(code).FirstOrDefault(s => s.Address.System == to.System.System) : null;
        if (TakenBy(code, type, at) is not { } taken)
        {
            if (!At(code, at).Open) return Target.No("recipient-closed");
            if (to.Kind == RecipientKind.System) return named is null ? Target.No("unknown-recipient") : new Target(named.Address, null, null);
            return Receiving(code, type, null);
        }

        if (to.Kind == RecipientKind.System && named is null && At(code, at).Open) return Target.No("unknown-recipient");
        var receiving = Systems(code).Where(s => s.Receives.Contains(type)).ToList();
        var old = named?.Address ?? (to.Kind == RecipientKind.Agency && receiving.Count == 1 ? receiving[0].Address : null);
        var redirection = new Redirection(code, old, taken.By.Id, taken.By.On);
        if (content.Services.Single(s => s.Type == type).Confidentiality == Confidentiality.EndToEnd) return Target.No("recipient-closed");
        for (var hop = 1; hop <= 8; hop++)
        {
            if (taken.Act.Policy == ClosedPolicy.Refuse || taken.Heirs.Count != 1) return Target.No("recipient-closed");
            var heir = taken.Heirs[0].Agency;
            if (TakenBy(heir, type, at) is not { } next) return At(heir, at).Open ? Receiving(heir, type, redirection) : Target.No("recipient-closed");
            taken = next;
        }

        return Target.No("recipient-closed");
    }

    internal bool Allows(SystemAddress from, MessageType type, SystemAddress to, MessageFacts facts, DateTimeOffset at, Redirection? redirection) =>
        At(from.Agency, at).Open
        && content.Rights.Any(r =>
            Speaks(r.From, from.Agency, from, type, at, asIfOpen: false)
            && (redirection is null ? Speaks(r.To, to.Agency, to, type, at, asIfOpen: false) : Speaks(r.To, redirection.Agency, redirection.System, type, at, asIfOpen: true))
            && (r.Services.Contains("*") || r.Services.Contains(type.Value))
            && facts.Priority <= r.MaxPriority
            && !(at < r.ValidFrom) && !(at >= r.ValidUntil)
            && !(facts.Size > r.Conditions?.MaxBytes)
            && (r.Conditions is not { Sealed: true } || facts.Sealed)
            && (r.Conditions is not { Attachments: false } || !facts.Attachments));

    internal IReadOnlyList<AgencyCode> Members(GroupRule rule, DateTimeOffset at) =>
        [.. content.Agencies.Select(a => a.Code).Where(c => Fulfils(c, rule, at, asIfOpen: false)).OrderBy(c => c.Value, StringComparer.Ordinal)];

    private static bool Closes(ReorganisationAct act) => act.Act is ActKind.Merge or ActKind.Dissolve || act is { Act: ActKind.Split, Closes: true };

    private bool Speaks(string pattern, AgencyCode agency, SystemAddress? system, MessageType type, DateTimeOffset at, bool asIfOpen)
    {
        if (pattern == "*" || pattern == agency.Value || pattern == system?.ToString()) return true;
        if (pattern.StartsWith("under:", StringComparison.Ordinal) && Above(agency, at).Contains(AgencyCode.Parse(pattern[6..]))) return true;
        if (pattern.StartsWith("group:", StringComparison.Ordinal))
        {
            var group = content.Groups.FirstOrDefault(g => g.Name == pattern[6..]);
            return group is not null && (group.Rule is { } rule
                ? Fulfils(agency, rule, at, asIfOpen)
                : group.Members.Any(m => m.Value == agency.Value || m.Value == system?.ToString()));
        }

        return Ancestors(agency, type, at).Any(p => pattern == p.Value || (pattern.StartsWith("under:", StringComparison.Ordinal) && Above(p, at).Contains(AgencyCode.Parse(pattern[6..]))));
    }

    /// <summary>The agencies whose rights an agency has inherited for a type.</summary>
    private HashSet<AgencyCode> Ancestors(AgencyCode heir, MessageType type, DateTimeOffset at)
    {
        var found = new HashSet<AgencyCode>();
        bool more;
        do
        {
            more = false;
            foreach (var agency in content.Agencies.Where(a => a.Code != heir))
            {
                if (TakenBy(agency.Code, type, at) is { Act.InheritRights: true } taken
                    && taken.Heirs.Any(h => h.Agency == heir || found.Contains(h.Agency))) more |= found.Add(agency.Code);
            }
        }
        while (more);
        return found;
    }

    private (Reorganisation By, ReorganisationAct Act, IReadOnlyList<Successor> Heirs)? TakenBy(AgencyCode code, MessageType type, DateTimeOffset at)
    {
        var function = content.Services.Single(s => s.Type == type).Function;
        foreach (var scope in new[] { type.Value, function, "*" })
        {
            foreach (var (by, act) in At(code, at).Gave.Reverse())
            {
                if (scope is null || (scope == "*" && !Closes(act))) continue;
                var heirs = act.Successors.Where(s => s.Scope.Contains(scope)).ToList();
                if (heirs.Count > 0) return (by, act, heirs);
            }
        }

        return null;
    }

    private Target Receiving(AgencyCode code, MessageType type, Redirection? redirection)
    {
        var receiving = Systems(code).Where(s => s.Receives.Contains(type)).ToList();
        return receiving.Count switch
        {
            0 => Target.No("no-system-for-type"),
            1 => new Target(receiving[0].Address, redirection, null),
            _ => Target.No("ambiguous-recipient"),
        };
    }

    private bool Fulfils(AgencyCode code, GroupRule rule, DateTimeOffset at, bool asIfOpen) =>
        (asIfOpen || At(code, at).Open)
        && (rule.Level is null || rule.Level == At(code, at).Level)
        && (rule.Under is null || (rule.Under != code && Above(code, at).Contains(rule.Under.Value)))
        && (rule.Receives is null || Systems(code).Any(s => s.Receives.Contains(rule.Receives.Value)));

    private List<AgencyCode> Above(AgencyCode code, DateTimeOffset at)
    {
        var found = new List<AgencyCode>();
        for (AgencyCode? next = code; next is { } here && !found.Contains(here); next = At(here, at).Parent) found.Add(here);
        return found;
    }

    private IEnumerable<AgencySystem> Systems(AgencyCode code) => content.Systems.Where(s => s.Address.Agency == code);

    private Agency Agency(AgencyCode code) => content.Agencies.Single(a => a.Code == code);
}
