namespace Hub.Core.Registry;

/// <summary>The instants at which agencies change, in order. Between two of them every answer about agencies is the same.</summary>
internal sealed class SnapshotTimes
{
    private readonly DateTimeOffset[] _changes;

    internal SnapshotTimes(RegistryIndex index)
    {
        Reorganisations = [.. index.Reorganisations.Values.OrderBy(r => r.On).ThenBy(r => r.Id, StringComparer.Ordinal)];
        var changes = new HashSet<DateTimeOffset>(Reorganisations.Select(r => r.On));
        foreach (var node in index.Agencies.Values)
        {
            if (node.Record?.ValidFrom is { } begin) changes.Add(begin);
            if (node.Record?.ValidUntil is { } end) changes.Add(end);
        }

        foreach (var code in index.Codes.Values)
        {
            if (code.ValidFrom is { } begin) changes.Add(begin);
            if (code.ValidUntil is { } end) changes.Add(end);
        }

        _changes = [.. changes.Order()];
    }

    internal IReadOnlyList<Reorganisation> Reorganisations { get; }

    /// <summary>The number of changes up to an instant, that instant included: equal for two instants between which nothing changes.</summary>
    internal int EraOf(DateTimeOffset at)
    {
        var place = Array.BinarySearch(_changes, at);
        return place >= 0 ? place + 1 : ~place;
    }
}
