using System.Diagnostics.Metrics;

namespace Hub.Host.Telemetry;

/// <summary>Which instruments are shown and sent: the hub's own, and of the server and the runtime those that an operator reads.</summary>
internal static class WantedInstruments
{
    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        "http.server.request.duration", "http.server.active_requests", "kestrel.active_connections", "kestrel.rejected_connections",
        "dotnet.process.memory.working_set", "dotnet.process.cpu.time", "dotnet.process.cpu.count", "dotnet.gc.collections", "dotnet.gc.pause.time",
        "dotnet.gc.last_collection.heap.size", "dotnet.gc.heap.total_allocated", "dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length", "dotnet.exceptions",
    };

    /// <summary>The meters that have them.</summary>
    internal static readonly string[] Meters = ["Hub.*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Whether it says how many there are now, though the runtime declares it as a counter.</summary>
    internal static bool IsLevel(Instrument instrument) => instrument.Name is "dotnet.thread_pool.thread.count" or "dotnet.thread_pool.queue.length";

    internal static bool Contain(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("Hub.", StringComparison.Ordinal) || Others.Contains(instrument.Name);
}
