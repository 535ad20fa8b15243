using System.Runtime.InteropServices;

namespace Hub.Benchmarks;

/// <summary>What machine a figure was measured on.</summary>
internal sealed record MachineInfo(string Cpu, int Cores, long MemoryGiB, string Os, string Runtime)
{
    internal static MachineInfo Read() => new(
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown",
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);
}

/// <summary>One figure of a report.</summary>
internal sealed record Result(
    [property: System.Text.Json.Serialization.JsonPropertyName("case")] string Case,
    [property: System.Text.Json.Serialization.JsonPropertyName("value")] double? Value,
    [property: System.Text.Json.Serialization.JsonPropertyName("unit")] string Unit,
    [property: System.Text.Json.Serialization.JsonPropertyName("target")] double? Target,
    [property: System.Text.Json.Serialization.JsonPropertyName("met")] bool? Met);
