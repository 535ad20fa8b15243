using System.Globalization;
using System.Text.Json;

namespace Hub.Benchmarks;

/// <summary>The last line of a scenario's output: one JSON object.</summary>
internal static class Report
{
    internal static void Print(string scenario, IReadOnlyList<Result> results)
    {
        var machine = MachineInfo.Read();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            scenario,
            machine = new { cpu = machine.Cpu, cores = machine.Cores, memoryGiB = machine.MemoryGiB, os = machine.Os, runtime = machine.Runtime },
            load = Load(),
            results,
        }));
    }

    /// <summary>Others on the machine spoil rates: how busy it was over the last minutes, own processes included.</summary>
    private static double? Load() =>
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[1], CultureInfo.InvariantCulture) : null;
}
