using System.Globalization;

namespace Hub.Benchmarks.Processes;

/// <summary>Processor time of a process and all its descendants, those that have ended included (Linux: <c>/proc</c>).</summary>
/// <remarks>A database server forks a process for each connection, and a broker starts ports and drivers of its own.</remarks>
internal static class CpuTimes
{
    /// <summary>Clock ticks a second in <c>/proc</c>: 100 on every Linux of the common architectures.</summary>
    private const double TicksPerSecond = 100;

    internal static TimeSpan OfTree(int root)
    {
        var all = ReadAll();
        var children = all.ToLookup(static p => p.Parent);
        var ticks = 0L;
        var open = new Stack<Times>(all.Where(p => p.Id == root));
        while (open.TryPop(out var process))
        {
            ticks += process.Ticks;
            foreach (var child in children[process.Id]) open.Push(child);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static List<Times> ReadAll()
    {
        List<Times> all = [];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                all.Add(Times.Parse(id, File.ReadAllText(Path.Combine(folder, "stat"))));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return all;
    }

    /// <param name="Id">Process.</param>
    /// <param name="Parent">Its parent.</param>
    /// <param name="Ticks">User and system time of it, and of those of its children that have ended.</param>
    private sealed record Times(int Id, int Parent, long Ticks)
    {
        internal static Times Parse(int id, string stat)
        {
            // The command's name is in parentheses and may hold anything; after it comes field 3.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new Times(id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)));
        }
    }
}
