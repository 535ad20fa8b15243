using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.Throughput;

/// <summary>Measures what is delivered and committed: generator → hub → sink, three processes on one machine.</summary>
internal static class ThroughputScenario
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static async Task<int> RunAsync(ThroughputOptions options)
    {
        var results = new List<Result>();
        foreach (var one in options.Cases)
        {
            var value = await RunCaseAsync(options, one);
            results.Add(new Result(one.Name, value, "msg/s", one.Target, one.Target is null ? null : value >= one.Target));
        }

        var machine = MachineInfo.Read();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            scenario = "throughput",
            machine = new { cpu = machine.Cpu, cores = machine.Cores, memoryGiB = machine.MemoryGiB, os = machine.Os, runtime = machine.Runtime },
            results,
        }));
        return results.TrueForAll(r => r.Value is not null) ? 0 : 1;
    }

    /// <summary>One case on a fresh hub; null when the figure is void.</summary>
    private static async Task<double?> RunCaseAsync(ThroughputOptions options, Case one)
    {
        var folder = Directory.CreateTempSubdirectory("hub-bench-").FullName;
        try
        {
            return await MeasureAsync(options, one, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double?> MeasureAsync(ThroughputOptions options, Case one, string folder)
    {
        var hubDll = Path.Combine(AppContext.BaseDirectory, "hub.dll");
        var ownDll = Path.Combine(AppContext.BaseDirectory, "Hub.Benchmarks.dll");
        var hubUrl = $"http://127.0.0.1:{FreePort()}";
        var sinkUrl = $"http://127.0.0.1:{FreePort()}";
        var data = Path.Combine(folder, "data");
        var keyPem = await BenchmarkRegistry.WriteAsync(folder, sinkUrl, one.Algorithm);

        await using (var import = ChildProcess.StartDotnet(hubDll, "import", Path.Combine(folder, "registry.yaml"), "--data", data))
        {
            _ = import.Output.ReadToEndAsync();
            if (await import.WaitAsync() != 0) throw new InvalidOperationException($"import failed: {import.Errors}");
        }

        await using var sink = ChildProcess.StartDotnet(ownDll, "sink", sinkUrl);
        await sink.Output.ReadLineAsync();
        await using var hub = ChildProcess.StartDotnet(hubDll, "serve", "--data", data, "--listen", hubUrl);
        _ = hub.Output.ReadToEndAsync();
        using var http = LoopbackHttp.Create();
        await WaitReadyAsync(http, hubUrl, hub);

        var settings = new GeneratorSettings(
            hubUrl, sinkUrl, BenchmarkRegistry.Sender, "k1", keyPem, one.Algorithm, one.Encoding, one.PayloadBytes, BenchmarkRegistry.Recipients,
            options.Connections, MaxOutstanding: 4000, (options.Warmup + options.Measured).TotalSeconds + 1, options.PresignBytes);
        var settingsPath = Path.Combine(folder, "generator.json");
        settings.Save(settingsPath);
        await using var generator = ChildProcess.StartDotnet(ownDll, "generator", settingsPath);
        if (await generator.Output.ReadLineAsync() != "ready") throw new InvalidOperationException($"generator: {generator.Errors}");
        await generator.Input.WriteLineAsync("go");
        await generator.Input.FlushAsync();

        await Task.Delay(options.Warmup);
        var (from, since, cpu) = (await CountAsync(http, sinkUrl), Clock.GetTimestamp(), hub.Cpu);
        await Task.Delay(options.Measured);
        var (to, elapsed, used) = (await CountAsync(http, sinkUrl), Clock.GetElapsedTime(since), hub.Cpu - cpu);
        var report = JsonSerializer.Deserialize<GeneratorReport>(await generator.Output.ReadLineAsync() ?? "null")
            ?? throw new InvalidOperationException($"generator: {generator.Errors}");
        var delivered = await WaitDeliveredAsync(http, sinkUrl, report.Receipted);
        var rate = (to - from) / elapsed.TotalSeconds;

        var sound = report.Sent == report.Receipted && delivered.Count == report.Receipted && delivered.Damaged == 0 && delivered.Digest == report.Digest;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{one.Name,-8} {one.Encoding} {one.Algorithm}: {rate,8:F0} msg/s delivered; sent {report.Sent}, receipted {report.Receipted}, delivered {delivered.Count} ({delivered.Repeated} repeated, {delivered.Damaged} damaged), digests {(delivered.Digest == report.Digest ? "equal" : "DIFFER")}, {report.ReceiptsVerified} receipts verified, {report.Presigned} signed ahead; hub used {used.TotalSeconds / elapsed.TotalSeconds:F2} cores, {hub.PeakMemory >> 20} MiB at most{(sound ? "" : "  → VOID")}"));
        if (report.FirstRefusal is not null) Console.WriteLine($"         first refusal: {report.FirstRefusal}");
        return sound ? Math.Round(rate, 1) : null;
    }

    internal static async Task WaitReadyAsync(HttpClient http, string hubUrl, ChildProcess hub)
    {
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"{hubUrl}/health/ready"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"The hub did not become ready: {hub.Errors}");
    }

    private static async Task<(long Count, long Repeated, long Damaged, string Digest)> WaitDeliveredAsync(HttpClient http, string sinkUrl, long expected)
    {
        for (var i = 0; i < 300 && await CountAsync(http, sinkUrl) < expected; i++) await Task.Delay(100);
        var parts = (await http.GetStringAsync(new Uri($"{sinkUrl}/digest"))).Split(' ');
        return (long.Parse(parts[0]), long.Parse(parts[1]), long.Parse(parts[2]), parts[3]);
    }

    private static async Task<long> CountAsync(HttpClient http, string sinkUrl) =>
        long.Parse(await http.GetStringAsync(new Uri($"{sinkUrl}/count")));

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
