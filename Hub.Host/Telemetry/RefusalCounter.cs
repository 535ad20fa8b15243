using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Identity;

namespace Hub.Host.Telemetry;

/// <summary>Counts refusals of unauthenticated callers; one entry per source and minute goes into the log, so that nobody
/// can fill it. Sources beyond the bound are counted together.</summary>
internal sealed class RefusalCounter(ICommitter committer, TimeProvider clock, ILogger<RefusalCounter> log) : BackgroundService
{
    private const int MaxSources = 1_000;
    private const string Others = "others";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private ConcurrentDictionary<(string Source, string Code), int> _counts = new();

    internal void Count(HttpContext context, ProblemCode code)
    {
        HubMeter.Refusals.Add(1, new KeyValuePair<string, object?>("code", code.Code));
        if (context.Features.Get<Caller>() is not null || code.HttpStatus is not (401 or 403 or 429)) return;
        var source = context.Connection.RemoteIpAddress?.ToString() ?? "socket";
        if (_counts.Count >= MaxSources && !_counts.ContainsKey((source, code.Code))) source = Others;
        _counts.AddOrUpdate((source, code.Code), 1, static (_, count) => count + 1);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync();
        }
        catch (OperationCanceledException)
        {
            await FlushAsync();
        }
    }

    private async Task FlushAsync()
    {
        var counts = Interlocked.Exchange(ref _counts, new ConcurrentDictionary<(string Source, string Code), int>());
        if (counts.IsEmpty) return;
        try
        {
            await committer.RunAsync(scope =>
            {
                foreach (var source in counts.GroupBy(static pair => pair.Key.Source, StringComparer.Ordinal))
                {
                    var codes = new JsonObject(source.Select(static pair => KeyValuePair.Create(pair.Key.Code, (JsonNode?)pair.Value)));
                    scope.Append(new TrailEntry(EntryKinds.RefusalsCounted, null, "hub", new JsonObject { ["source"] = source.Key, ["codes"] = codes }));
                }

                return ValueTask.FromResult(true);
            });
        }
        catch (ProblemException failure)
        {
            log.LogWarning(failure, "Refusals of the last minute could not be logged");
        }
    }
}
