using System.Globalization;

namespace Hub.IntegrationTests.Overload;

/// <summary>The most memory that a process has held at once.</summary>
internal static class HubMemory
{
    /// <summary>Peak resident set in MiB, as the kernel counts it (Linux).</summary>
    internal static int Peak(int processId)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(static l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
