using System.Globalization;
using System.Text.Json;
using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.Throughput;

/// <summary>Measures what is delivered and committed: generator → line → sink, each in a process of its own on one machine.</summary>
internal static class LineRun
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly string OwnDll = Path.Combine(AppContext.BaseDirectory, "Hub.Benchmarks.dll");

    /// <summary>One case on a fresh line.</summary>
    /// <param name="options">Lengths.</param>
    /// <param name="one">What is sent.</param>
    /// <param name="name">The line's name in the report.</param>
    /// <param name="start">Starts the line: folder for its data, the sink's URL, the sender's key.</param>
    internal static async Task<Measured> RunAsync(ThroughputOptions options, Case one, string name, Func<string, string, SenderKey, Task<ILine>> start)
    {
        var folder = Directory.CreateTempSubdirectory("hub-bench-").FullName;
        try
        {
            var sinkUrl = $"http://127.0.0.1:{Ports.Free()}";
            var sender = SenderKey.Make(one.Algorithm);
            await using var sink = ChildProcess.StartDotnet(OwnDll, "sink", sinkUrl);
            await sink.Output.ReadLineAsync();
            await using var line = await start(folder, sinkUrl, sender);
            var measured = await MeasureAsync(options, one, folder, new Ends(line, sink, sinkUrl, sender));
            measured.Print($"{one.Name,-8} {one.Encoding} {one.Algorithm} {name}");
            if (!measured.IsSound) Console.WriteLine(line.Printed);
            return measured;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Measured> MeasureAsync(ThroughputOptions options, Case one, string folder, Ends ends)
    {
        var settings = new GeneratorSettings(
            ends.Line.Urls, ends.Line.IsHub, ends.SinkUrl, BenchmarkRegistry.Sender, SenderKey.Id, ends.Sender.PrivatePem, one.Algorithm, one.Encoding, one.PayloadBytes, BenchmarkRegistry.Recipients,
            options.Connections, MaxOutstanding: 4000, options.Warmup.TotalSeconds, (options.Warmup + options.Measured).TotalSeconds + 1, options.PresignBytes, options.Rate);
        var settingsPath = Path.Combine(folder, "generator.json");
        settings.Save(settingsPath);
        using var http = LoopbackHttp.Create();
        await using var generator = ChildProcess.StartDotnet(OwnDll, "generator", settingsPath);
        if (await generator.Output.ReadLineAsync() != "ready") throw new InvalidOperationException($"generator: {generator.Errors}");
        await generator.Input.WriteLineAsync("go");
        await generator.Input.FlushAsync();

        await Task.Delay(options.Warmup);
        var before = await Reading.TakeAsync(http, ends, generator);
        await Task.Delay(options.Measured);
        var after = await Reading.TakeAsync(http, ends, generator);
        var report = JsonSerializer.Deserialize<GeneratorReport>(await generator.Output.ReadLineAsync() ?? "null")
            ?? throw new InvalidOperationException($"generator: {generator.Errors}");
        var delivered = await WaitDeliveredAsync(http, ends.SinkUrl, report.Receipted);
        return new Measured(
            (after.Delivered - before.Delivered) / Clock.GetElapsedTime(before.At, after.At).TotalSeconds,
            after.Cpu.ToDictionary(static c => c.Key, c => (c.Value - before.Cpu[c.Key]).TotalMicroseconds / (after.Delivered - before.Delivered), StringComparer.Ordinal),
            after.Integration is { } end && before.Integration is { } begin ? (end - begin).Quantile(0.99) : null,
            ends.Line.PeakMemory, report, delivered);
    }

    private static async Task<Delivered> WaitDeliveredAsync(HttpClient http, string sinkUrl, long expected)
    {
        for (var i = 0; i < 300 && await CountAsync(http, sinkUrl) < expected; i++) await Task.Delay(100);
        var parts = (await http.GetStringAsync(new Uri($"{sinkUrl}/digest"))).Split(' ');
        return new Delivered(Number(parts[0]), Number(parts[1]), Number(parts[2]), parts[3]);
    }

    private static async Task<long> CountAsync(HttpClient http, string sinkUrl) => Number(await http.GetStringAsync(new Uri($"{sinkUrl}/count")));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Ends(ILine Line, ChildProcess Sink, string SinkUrl, SenderKey Sender);

    private sealed record Reading(long Delivered, long At, IReadOnlyDictionary<string, TimeSpan> Cpu, IntegrationWait? Integration)
    {
        internal static async Task<Reading> TakeAsync(HttpClient http, Ends ends, ChildProcess generator)
        {
            var integration = await ends.Line.ReadIntegrationAsync(http);
            var cpu = ends.Line.Cpu.Append(new("generator", generator.Cpu)).Append(new("sink", ends.Sink.Cpu)).ToDictionary(StringComparer.Ordinal);
            return new Reading(await CountAsync(http, ends.SinkUrl), Clock.GetTimestamp(), cpu, integration);
        }
    }
}
