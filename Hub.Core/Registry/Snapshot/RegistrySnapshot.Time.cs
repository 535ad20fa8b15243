using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <content>Agencies as they are at an instant. Nothing is ever flipped by a job: an answer follows from the instant asked about.</content>
public sealed partial class RegistrySnapshot
{
    /// <summary>An agency as it is at an instant, reorganisations applied; null when no agency has this code (in force, older, or
    /// from the table of codes at that instant).</summary>
    public AgencyState? AgencyAt(AgencyCode code, DateTimeOffset at)
    {
        if (Node(code)?.Timeline is { } timeline) return timeline.At(at);
        foreach (var owner in Owners(territory: false, code.Value))
            if (owner.Holds(at)) return Node(owner.Agency)?.Timeline?.At(at);
        return null;
    }

    /// <summary>The agency that governs a territory at an instant; of several the open one, then the first by code. Null when none
    /// has it.</summary>
    /// <param name="territory">Code of the General Statistics Office.</param>
    /// <param name="at">The instant.</param>
    public AgencyState? FindByTerritory(string territory, DateTimeOffset at)
    {
        AgencyState? closed = null;
        foreach (var owner in Owners(territory: true, territory))
        {
            if (!owner.Holds(at) || Node(owner.Agency)?.Timeline?.At(at) is not { } state) continue;
            if (state.IsOpen) return state;
            closed ??= state;
        }

        return closed;
    }

    /// <summary>An agency and those above it at an instant, from the bottom up, by their codes in force; at most 20. Empty when the
    /// code is unknown.</summary>
    public IReadOnlyList<AgencyCode> AgencyAndAbove(AgencyCode code, DateTimeOffset at)
    {
        // A validated tree has no cycle; the bound keeps an unvalidated one from hanging a decision.
        var found = new List<AgencyCode>(6);
        for (var state = AgencyAt(code, at); state is not null && found.Count < RegistryRules.MaxLevels; state = state.Parent is { } parent ? AgencyAt(parent, at) : null)
            found.Add(state.Agency.Code);
        return found;
    }

    /// <summary>Whether an agency is another one or stands below it at an instant.</summary>
    public bool IsUnder(AgencyCode code, AgencyCode above, DateTimeOffset at) => AgencyAndAbove(code, at).Contains(above);

    /// <summary>When the next reorganisation after an instant takes effect; null when none is planned.</summary>
    public DateTimeOffset? NextReorganisation(DateTimeOffset after)
    {
        foreach (var reorganisation in Reorganisations)
            if (reorganisation.On > after) return reorganisation.On;
        return null;
    }

    /// <summary>The reorganisations that have taken effect by an instant, that instant included, by date and then id.</summary>
    public IEnumerable<Reorganisation> ReorganisationsUntil(DateTimeOffset at) => Reorganisations.TakeWhile(r => r.On <= at);

    /// <summary>Whether an agency belongs to a group by rule at an instant.</summary>
    internal bool Fulfils(AgencyCode code, GroupRule rule, DateTimeOffset at, bool asIfOpen = false) =>
        Node(code) is { Timeline: { } timeline } node && Fulfils(node, timeline.At(at), rule, at, asIfOpen);

    internal bool Fulfils(AgencyNode node, AgencyState state, GroupRule rule, DateTimeOffset at, bool asIfOpen = false)
    {
        if (!state.IsOpen && !asIfOpen) return false;
        if (rule.Level is { } level && state.Level != level) return false;
        if (rule.Receives is { } type && !node.Systems.Any(s => s.Receives.Contains(type))) return false;
        return rule.Under is not { } under || (state.Parent is { } parent && node.Code != under && IsUnder(parent, under, at));
    }
}
