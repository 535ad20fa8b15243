namespace Hub.Core.Registry;

/// <summary>The rights written with one pattern of senders: side by side in memory, by the number of the pattern of recipients and
/// then by id. Scattered over a hash table they would cost a decision its time in waiting for memory.</summary>
internal sealed class RightsOfPattern(int[] to, Right[] rights)
{
    internal static readonly RightsOfPattern None = new([], []);

    /// <summary>The rights written with a pattern of recipients, by id.</summary>
    internal ReadOnlySpan<Right> For(int pattern)
    {
        var begin = LowerBound(pattern);
        var end = begin;
        while (end < to.Length && to[end] == pattern) end++;
        return rights.AsSpan(begin, end - begin);
    }

    /// <summary>Adds the rights written with one of some patterns of recipients, or that speak of one of some services.</summary>
    /// <param name="found">Where to.</param>
    /// <param name="all">Whether every right counts.</param>
    /// <param name="patterns">Patterns of recipients.</param>
    /// <param name="services">Types.</param>
    internal void AddNaming(List<Right> found, bool all, HashSet<int> patterns, HashSet<string> services)
    {
        for (var i = 0; i < to.Length; i++)
            if (all || patterns.Contains(to[i]) || (services.Count > 0 && services.Overlaps(rights[i].Services))) found.Add(rights[i]);
    }

    /// <summary>The same without some rights, and with others.</summary>
    internal RightsOfPattern? Edited(IReadOnlySet<Right> removed, IEnumerable<(int To, Right Right)> added)
    {
        var more = added.OrderBy(a => a.To).ThenBy(a => RightIds.Of(a.Right), StringComparer.Ordinal).ToArray();
        var (nextTo, nextRights) = (new List<int>(to.Length + more.Length), new List<Right>(to.Length + more.Length));
        var place = 0;
        for (var i = 0; i <= to.Length; i++)
        {
            while (place < more.Length && (i == to.Length || IsBefore(more[place], to[i], rights[i]))) Append(more[place].To, more[place++].Right);
            if (i < to.Length && !removed.Contains(rights[i])) Append(to[i], rights[i]);
        }

        return nextTo.Count == 0 ? null : new RightsOfPattern([.. nextTo], [.. nextRights]);

        void Append(int pattern, Right right)
        {
            nextTo.Add(pattern);
            nextRights.Add(right);
        }
    }

    private static bool IsBefore((int To, Right Right) one, int to, Right right) =>
        one.To < to || (one.To == to && string.CompareOrdinal(RightIds.Of(one.Right), RightIds.Of(right)) < 0);

    private int LowerBound(int pattern)
    {
        // Most patterns have few rights, and those are all in one line of memory.
        if (to.Length <= 16)
        {
            var i = 0;
            while (i < to.Length && to[i] < pattern) i++;
            return i;
        }

        var (low, high) = (0, to.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (to[middle] < pattern) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
