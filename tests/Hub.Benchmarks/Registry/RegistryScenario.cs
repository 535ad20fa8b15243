using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Sqlite;
using Hub.Benchmarks.Processes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Benchmarks.Registry;

/// <summary>Measures a registry of the size of a country: imported by the shipped command, then loaded in this process over the
/// shipped store, at last served by the shipped hub.</summary>
internal static class RegistryScenario
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static async Task<int> RunAsync(RegistryOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("hub-bench-").FullName;
        try
        {
            var results = new List<Result>();
            var data = Path.Combine(folder, "data");
            var senderPem = await ImportAsync(options, folder, data, results);
            await MeasureAsync(data, results);
            if (options.FanOut > 0) await FanOut.MeasureAsync(options, data, senderPem, results);
            Benchmarks.Report.Print("registry", results);
            return results.TrueForAll(r => r.Met != false) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ImportAsync(RegistryOptions options, string folder, string data, List<Result> results)
    {
        var country = new BenchmarkCountry(options);
        var file = Path.Combine(folder, "registry.yaml");
        await File.WriteAllTextAsync(file, RegistryDocument.Write(country.Content));
        var begin = Clock.GetTimestamp();
        await using var import = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "hub.dll"), "import", file, "--data", data);
        _ = import.Output.ReadToEndAsync();
        if (await import.WaitAsync() != 0) throw new InvalidOperationException($"import failed: {import.Errors}");
        Add(results, $"first import of {new FileInfo(file).Length >> 20} MiB, by hub import", Clock.GetElapsedTime(begin).TotalSeconds, "s");
        return country.SenderPem;
    }

    private static async Task MeasureAsync(string data, List<Result> results)
    {
        var settings = new HubSettings { DataDirectory = data };
        var keys = FileHubKeys.OpenOrCreate(data);
        await using var store = new SqliteHubStore(settings, keys, Clock, NullLogger<SqliteHubStore>.Instance);
        await store.OpenAsync();
        await using var committer = new GroupCommitter(store, keys, settings, Clock, NullLogger<GroupCommitter>.Instance);
        await committer.StartAsync();
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var begin = Clock.GetTimestamp();
        using var registry = new RegistryService(store, committer, keys, settings, Clock, NullLogger<RegistryService>.Instance);
        await registry.LoadAsync();
        Add(results, "load from the store", Clock.GetElapsedTime(begin).TotalSeconds, "s");
        Add(results, "memory: managed heap, rules included", Heap(), "MiB", 200);

        var country = registry.Current;
        var objects = Objects(country.Content);
        Add(results, "build of the snapshot alone", Best(3, () => RegistrySnapshot.Of(1, country.Hub, objects)) / 1e9, "s", 1);
        Decisions(country, results);
        Recipients(country, results);
        Single(country, results);
        await ChangesAsync(registry, results);
        (country, objects) = (registry.Current, []);
        var yaml = RegistryDocument.Write(country.Content with { Levels = [.. country.Content.Levels.Select(l => l with { NameEn = l.NameEn + " level" })] });
        country = null!;
        begin = Clock.GetTimestamp();
        await registry.ImportAsync(yaml, "operator:bench");
        Add(results, "import of a document that changes little", Clock.GetElapsedTime(begin).TotalSeconds, "s");
        yaml = "";
        Add(results, "memory: managed heap after that import", Heap(), "MiB", 200);

        double Heap() => (GC.GetTotalMemory(forceFullCollection: true) - heap) / 1048576.0;
    }

    private static List<SnapshotChange> Objects(RegistryContent content) =>
        [.. Core.Registry.Documents.ObjectForms.Records(content)];

    private static void Decisions(RegistrySnapshot registry, List<Result> results)
    {
        var (random, now) = (new Random(1), Clock.GetUtcNow());
        var systems = registry.Systems.ToArray();
        var types = registry.Services.Select(s => s.Type).ToArray();
        var rights = registry.AllRights.Where(r => SystemAddress.TryParse(r.From, out _) && SystemAddress.TryParse(r.To, out _)).ToArray();
        var anybody = Enumerable.Range(0, 200_000).Select(_ => (Pick(systems).Address, Pick(types), Pick(systems).Address)).ToArray();
        var allowed = Enumerable.Range(0, 200_000).Select(_ => Pick(rights)).Select(r => (SystemAddress.Parse(r.From), MessageType.Parse(r.Services[0]), SystemAddress.Parse(r.To))).ToArray();
        Add(results, "decision, any pair", PerCall(anybody), "ns", 5_000);
        Add(results, "decision, a pair with a right", PerCall(allowed), "ns", 5_000);

        T Pick<T>(T[] items) => items[random.Next(items.Length)];

        double PerCall((SystemAddress From, MessageType Type, SystemAddress To)[] pairs) =>
            PerItem(pairs, pair => registry.Allows(pair.From, pair.Type, pair.To, 0, now));
    }

    /// <summary>Nanoseconds per item: of the second run, the median over parts, so that what else the machine does counts little.</summary>
    private static double PerItem<T>(T[] items, Action<T> work)
    {
        const int Part = 500;
        foreach (var item in items) work(item);
        var parts = items.Chunk(Part).Where(part => part.Length == Part).Select(part => Time(() =>
        {
            foreach (var item in part) work(item);
        })).Order().ToArray();
        return parts[parts.Length / 2] / Part;
    }

    private static void Recipients(RegistrySnapshot registry, List<Result> results)
    {
        var now = Clock.GetUtcNow();
        var one = registry.Agencies.Where(a => a.Level == "commune").Select(a => new Recipient[] { new(RecipientAddress.Parse(a.Code.Value), RecipientRole.Main) }).ToArray();
        Add(results, "resolve of one recipient", PerItem([.. Enumerable.Repeat(one, 10).SelectMany(x => x)], to => registry.Resolve(to, BenchmarkCountry.Document, now)), "ns", 5_000);
        foreach (var group in new[] { "communes", "communes-by-rule" })
        {
            Recipient[] to = [new(RecipientAddress.Parse("group:" + group), RecipientRole.Main)];
            Recipient[] copy = [new(RecipientAddress.Parse("group:" + group), RecipientRole.Info), new(RecipientAddress.Parse("Z10"), RecipientRole.Main)];
            // Any change of a system empties what was expanded before. The first hundred are for the compiler.
            var times = Enumerable.Range(0, 161).Select(_ => registry.With(registry.Version, [ChangeOf(registry)])).Select(fresh => Time(() => fresh.Resolve(to, BenchmarkCountry.Document, now))).Skip(100).Order().ToArray();
            Add(results, $"resolve of group {group}, first after a change", times[30] / 1e6, "ms", 2);
            Add(results, $"resolve of group {group} and one more, again", Best(5, () => registry.Resolve(copy, BenchmarkCountry.Document, now)) / 1e6, "ms", 2);
        }
    }

    private static SnapshotChange ChangeOf(RegistrySnapshot registry)
    {
        var system = registry.FindSystem(BenchmarkCountry.Sender)!;
        return new SnapshotChange(RegistrySections.Systems, system.Address.ToString(), system with { Name = "Tên mới" });
    }

    private static void Single(RegistrySnapshot registry, List<Result> results)
    {
        var right = new SnapshotChange(RegistrySections.Rights, "r-new", new Right("Z11", [BenchmarkCountry.Document.Value], "Z12") { Id = "r-new" });
        Add(results, "next snapshot after a change of a system", Best(20, () => registry.With(2, [ChangeOf(registry)])) / 1e6, "ms", 1);
        Add(results, "next snapshot after a new right", Best(20, () => registry.With(2, [right])) / 1e6, "ms", 1);
    }

    /// <summary>From the call to the snapshot in force, durable and in the log.</summary>
    private static async Task ChangesAsync(RegistryService registry, List<Result> results)
    {
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var right = new JsonObject { ["from"] = "Z11", ["services"] = new JsonArray(BenchmarkCountry.Document.Value), ["to"] = $"Z12/s0", ["basis"] = $"CV {i}" };
            var name = new JsonObject { ["name"] = $"Tên {i}", ["receives"] = new JsonArray(BenchmarkCountry.Document.Value) };
            times.Add(await ApplyAsync(registry, i % 2 == 0
                ? new ObjectChange(RegistrySections.Rights, $"bench-{i}", right)
                : new ObjectChange(RegistrySections.Systems, "Z12/s0", name)));
        }

        // The first ten are for the compiler.
        times.RemoveRange(0, 10);
        Add(results, "change in force, median", times.Order().ElementAt(20), "ms");
        Add(results, "change in force, greatest of 40", times.Max(), "ms", 100);
        await RemovalsAsync(registry, results);
    }

    private static async Task RemovalsAsync(RegistryService registry, List<Result> results)
    {
        const int Removals = 15;
        var before = registry.Current;
        var (systems, agencies, services) = (new List<double>(), new List<double>(), new List<double>());
        var named = before.AllRights.SelectMany(r => new[] { (Name: r.From, Right: r), (Name: r.To, Right: r) }).ToLookup(r => r.Name, r => r.Right.Id!);
        // Second systems: those that the groups reach stay.
        foreach (var system in before.Systems.Where(s => s.Address.System == "s1").OrderBy(s => s.Address.ToString(), StringComparer.Ordinal).Take(Removals))
        {
            var rights = named[system.Address.ToString()].Distinct().Select(id => new ObjectChange(RegistrySections.Rights, id, null));
            systems.Add(await ApplyAsync(registry, [new ObjectChange(RegistrySections.Systems, system.Address.ToString(), null), .. rights]));
        }

        for (var i = 0; i < Removals; i++)
        {
            var (code, type) = ($"Z12.990{i:00}", $"vn.bench-{i}.v1");
            await ApplyAsync(registry, new ObjectChange(RegistrySections.Agencies, code, new JsonObject { ["name"] = $"Sở {i}", ["level"] = "department", ["parent"] = "Z12" }));
            await ApplyAsync(registry, new ObjectChange(RegistrySections.Services, type, new JsonObject { ["nameVi"] = $"Dịch vụ {i}", ["nameEn"] = $"Service {i}" }));
            agencies.Add(await ApplyAsync(registry, new ObjectChange(RegistrySections.Agencies, code, null)));
            services.Add(await ApplyAsync(registry, new ObjectChange(RegistrySections.Services, type, null)));
        }

        foreach (var (what, times) in new[] { ("a system with its rights", systems), ("an agency", agencies), ("a service", services) })
        {
            times.RemoveRange(0, 5);
            Add(results, $"removal of {what} in force, median", times.Order().ElementAt(5), "ms");
            Add(results, $"removal of {what} in force, greatest of 10", times.Max(), "ms", 100);
        }
    }

    private static async Task<double> ApplyAsync(RegistryService registry, params ObjectChange[] changes)
    {
        var begin = Clock.GetTimestamp();
        var outcome = await registry.ApplyAsync(new RegistryPatch(changes), new RegistryActor("operator:bench"));
        if (outcome.State != "applied" || registry.Current.Version != outcome.Version) throw new InvalidOperationException($"The change is {outcome.State}.");
        return Clock.GetElapsedTime(begin).TotalMilliseconds;
    }

    internal static void Add(List<Result> results, string name, double value, string unit, double? target = null)
    {
        var result = new Result(name, Math.Round(value, 3), unit, target, target is null ? null : value <= target);
        results.Add(result);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-55} {value,12:F3} {unit,-4} {(target is { } most ? $"target {most}: {(value <= most ? "met" : "MISSED")}" : "")}"));
    }

    private static double Best(int rounds, Action work) => Enumerable.Range(0, rounds + 1).Select(_ => Time(work)).Skip(1).Min();

    private static double Time(Action work)
    {
        var begin = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
    }
}
