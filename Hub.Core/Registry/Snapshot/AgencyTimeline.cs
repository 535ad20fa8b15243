namespace Hub.Core.Registry;

/// <summary>An act and the reorganisation it belongs to.</summary>
internal readonly record struct DatedAct(Reorganisation Reorganisation, ReorganisationAct Act);

/// <summary>What one agency was, is and will be: states that change only at the ends of its own interval and at the dates of acts
/// on it. Made once, from its record and its acts in order.</summary>
internal sealed class AgencyTimeline
{
    private readonly DateTimeOffset[] _from;
    private readonly AgencyState[] _states;

    /// <param name="agency">Its record.</param>
    /// <param name="acts">The acts on it, by date, then id of the reorganisation, then order within it.</param>
    internal AgencyTimeline(Agency agency, IReadOnlyList<DatedAct> acts)
    {
        (Agency, Acts) = (agency, acts);
        var instants = new SortedSet<DateTimeOffset>(acts.Select(a => a.Reorganisation.On)) { DateTimeOffset.MinValue };
        if (agency.ValidFrom is { } begin) instants.Add(begin);
        if (agency.ValidUntil is { } end) instants.Add(end);
        _from = [.. instants];
        _states = Array.ConvertAll(_from, Fold);
    }

    internal Agency Agency { get; }

    internal IReadOnlyList<DatedAct> Acts { get; }

    internal AgencyState At(DateTimeOffset at)
    {
        var i = _from.Length - 1;
        while (_from[i] > at) i--;
        return _states[i];
    }

    private AgencyState Fold(DateTimeOffset at)
    {
        var (name, level, parent) = (Agency.Name, Agency.Level, Agency.Parent);
        var handovers = new List<AgencyClosure>();
        AgencyClosure? closed = null;
        foreach (var (reorganisation, act) in Acts)
        {
            if (reorganisation.On > at) break;
            switch (act.Act)
            {
                case ActKind.Rename:
                    name = act.Name ?? name;
                    break;
                case ActKind.Move:
                    (parent, level) = (act.Parent ?? parent, act.Level ?? level);
                    break;
                case ActKind.Reopen:
                    handovers.Clear();
                    closed = null;
                    break;
                default:
                    handovers.Insert(0, new AgencyClosure(reorganisation.Id, reorganisation.On, act));
                    if (Succession.Closes(act)) closed = handovers[0];
                    break;
            }
        }

        var ended = Agency.ValidUntil is { } end && end <= at ? new AgencyClosure(Reorganisation: null, end, Act: null) : null;
        return new AgencyState(Agency, name, level, parent, closed is null && Agency.IsOpen(at), closed ?? ended ?? handovers.FirstOrDefault())
        {
            Handovers = handovers,
        };
    }
}
