using System.Globalization;

namespace Hub.Benchmarks.Throughput;

/// <summary>What the sink says it got.</summary>
internal sealed record Delivered(long Count, long Repeated, long Damaged, string Digest);

/// <summary>What one run measured.</summary>
/// <param name="Rate">Messages a second that the sink got.</param>
/// <param name="Cpu">Microseconds of processor time for each message, by process.</param>
/// <param name="IntegrationP99">Milliseconds from asking for the log's seat to the durable commit; null when the line does not say.</param>
/// <param name="PeakMemory">Bytes.</param>
/// <param name="Report">The generator's account.</param>
/// <param name="Delivered">The sink's account.</param>
internal sealed record Measured(
    double Rate, IReadOnlyDictionary<string, double> Cpu, double? IntegrationP99, long PeakMemory, GeneratorReport Report, Delivered Delivered)
{
    /// <summary>Whether all that was sent was receipted, and all that was receipted arrived whole; otherwise the figure is void.</summary>
    internal bool IsSound =>
        Report.Sent == Report.Receipted && Delivered.Count == Report.Receipted && Delivered.Damaged == 0 && Delivered.Digest == Report.Digest;

    /// <summary>The rate, or null when it is void.</summary>
    internal double? SoundRate => IsSound ? Math.Round(Rate, 1) : null;

    /// <summary>Processor time of the line alone, without generator and sink.</summary>
    internal double LineCpu => Cpu.Where(static c => c.Key is not ("generator" or "sink")).Sum(static c => c.Value);

    internal void Print(string name)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {Rate,8:F0} msg/s delivered{(IsSound ? "" : "  → VOID")}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"         sent {Report.Sent}, receipted {Report.Receipted}, delivered {Delivered.Count} ({Delivered.Repeated} repeated, {Delivered.Damaged} damaged), digests {(Delivered.Digest == Report.Digest ? "equal" : "DIFFER")}, {Report.ReceiptsVerified} receipts verified, {Report.Presigned} signed ahead"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"         receipts {Report.Waits}; from there to the sink {Report.Handed}; {(IntegrationP99 is { } wait ? $"integration p99 {wait:F1} ms; " : "")}CPU a message: {string.Join(", ", Cpu.Select(static c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value:F0}")))} µs; {PeakMemory >> 20} MiB at most"));
        if (Report.FirstRefusal is not null) Console.WriteLine($"         first refusal: {Report.FirstRefusal}");
    }

    /// <summary>Figures beside the rate.</summary>
    internal IEnumerable<Result> Details(string name)
    {
        yield return new Result($"{name}, receipt p99", Math.Round(Report.Waits.P99, 1), "ms", null, null);
        if (IntegrationP99 is { } wait) yield return new Result($"{name}, integration p99", Math.Round(wait, 1), "ms", 20, wait <= 20);
        foreach (var (process, used) in Cpu) yield return new Result($"{name}, CPU of {process}", Math.Round(used, 1), "µs/msg", null, null);
    }
}
