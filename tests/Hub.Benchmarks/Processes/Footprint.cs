using System.Globalization;

namespace Hub.Benchmarks.Processes;

/// <summary>Memory of a process (Linux: <c>/proc</c>).</summary>
internal static class Footprint
{
    /// <summary>Bytes in memory now.</summary>
    internal static long Now(int process) => Read(process, "VmRSS:");

    /// <summary>Most bytes in memory since the start, or since <see cref="Forget"/>.</summary>
    internal static long Peak(int process) => Read(process, "VmHWM:");

    /// <summary>Begins to look for the peak anew (proc(5), <c>clear_refs</c>).</summary>
    internal static void Forget(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    private static long Read(int process, string field)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) << 10;
    }
}
