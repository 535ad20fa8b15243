namespace Hub.Core.Registry;

/// <summary>Which of the groups that rights speak of somebody belongs to. Those with lists are turned round once, when first asked;
/// those with rules are few and judged each time.</summary>
internal sealed class GroupMembership
{
    private static readonly List<PatternEntry> None = [];
    private readonly Dictionary<PatternKey, List<PatternEntry>> _byMember = [];
    private readonly List<(PatternEntry Pattern, GroupRule Rule)> _byRule = [];

    internal GroupMembership(IReadOnlyList<PatternEntry> patterns, PersistentMap<string, Group> groups)
    {
        foreach (var pattern in patterns)
        {
            if (groups.Find(pattern.Key.Name) is not { } group) continue;
            if (group.Rule is { } rule) _byRule.Add((pattern, rule));
            foreach (var member in group.Members)
            {
                var key = member.Kind == Contracts.Addresses.RecipientKind.System ? PatternKey.Of(member.System) : PatternKey.Of(member.Agency);
                if (!_byMember.TryGetValue(key, out var named)) _byMember.Add(key, named = []);
                if (!named.Contains(pattern)) named.Add(pattern);
            }
        }
    }

    /// <summary>The groups by rule that rights speak of.</summary>
    internal IReadOnlyList<(PatternEntry Pattern, GroupRule Rule)> ByRule => _byRule;

    /// <summary>The groups by list that name an agency or a system.</summary>
    internal List<PatternEntry> Naming(PatternKey member) => _byMember.GetValueOrDefault(member) ?? None;
}
