using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>The members of a group as systems, for one type in one era: each once, in the group's order (by code, for a rule).</summary>
internal sealed class GroupExpansion
{
    private readonly List<ResolvedRecipient> _recipients = [];
    private readonly List<ProblemItem> _bad = [];

    internal GroupExpansion(RegistrySnapshot registry, Group group, MessageType type, DateTimeOffset at)
    {
        var finder = new DestinationFinder(registry, type, at);
        var why = group.Rule is null ? $"group:{group.Name}@{group.Version}" : $"group:{group.Name}@{group.Version}.r{registry.Version}";
        _recipients.EnsureCapacity(Math.Max(group.Members.Count, 16));
        var places = new RecipientPlaces(_recipients);
        if (group.Rule is { } rule)
        {
            foreach (var code in Fulfilling(registry, rule, at)) Add(finder.Find(code, system: null), code.Value);
        }
        else
        {
            foreach (var member in group.Members) Add(finder.Find(member), member.Value);
        }

        if (Members == 0) _bad.Add(new ProblemItem($"group:{group.Name}", ProblemCode.UnknownRecipient, $"The group has no members at {at:u}."));

        void Add(Destination found, string member)
        {
            Members++;
            if (found.System is null) _bad.Add(new ProblemItem($"group:{group.Name} → {member}", found.Code!, found.Detail!));
            else places.Add(new ResolvedRecipient(found.System, RecipientRole.Main, RecipientPlaces.Why(found, why)) { Redirection = found.Redirection, ByGroup = true });
        }
    }

    internal int Members { get; private set; }

    /// <summary>Its recipients, all in the main role.</summary>
    internal IReadOnlyList<ResolvedRecipient> Recipients => _recipients;

    /// <summary>Members that lead nowhere.</summary>
    internal IReadOnlyList<ProblemItem> Bad => _bad;

    /// <summary>The agencies that fulfil a rule at an instant, by code.</summary>
    internal static IEnumerable<AgencyCode> Fulfilling(RegistrySnapshot registry, GroupRule rule, DateTimeOffset at)
    {
        var (plain, below) = (rule with { Under = null }, new Dictionary<AgencyCode, bool>());
        foreach (var code in registry.AgencyCodes)
        {
            var node = registry.Node(code)!;
            var state = node.Timeline!.At(at);
            if (registry.Fulfils(node, state, plain, at) && IsBelow(state)) yield return code;
        }

        // Neighbours have the same parent: each parent is judged once.
        bool IsBelow(AgencyState state)
        {
            if (rule.Under is not { } under) return true;
            if (state.Parent is not { } parent || state.Agency.Code == under) return false;
            if (!below.TryGetValue(parent, out var isBelow)) below.Add(parent, isBelow = registry.IsUnder(parent, under, at));
            return isBelow;
        }
    }
}
