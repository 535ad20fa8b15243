using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Intake;

/// <summary>Counts refusals by source and minute, so that each source costs the log at most one entry a minute. Thread-safe;
/// memory is bounded. What was counted since the last flush is lost when the process dies.</summary>
public sealed class RefusalTally(ICommitter committer, TimeProvider clock)
{
    /// <summary>Most sources told apart within one minute (1,000); later ones are counted together as <see cref="Others"/>.</summary>
    public const int MaxSources = 1_000;

    /// <summary>Name of all sources beyond the bound.</summary>
    public const string Others = "(others)";

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Dictionary<string, Dictionary<string, long>>> _minutes = [];

    /// <summary>Counts one refusal.</summary>
    /// <param name="source">A system address, or for callers that are not authenticated their network address.</param>
    /// <param name="code">What it was refused with.</param>
    public void Count(string source, ProblemCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        Add(clock.GetUtcNow().ToUnixTimeSeconds() / 60, source, code.Code, 1);
    }

    /// <summary>Writes one <c>refusals.counted</c> entry for each source of every minute that has ended; the host calls it
    /// once a minute, and at the end with <paramref name="unfinished"/>.</summary>
    /// <param name="unfinished">Whether the running minute is written too.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued; nothing is lost.</param>
    public async ValueTask FlushAsync(bool unfinished = false, CancellationToken cancellationToken = default)
    {
        var ended = TakeUntil(unfinished ? long.MaxValue : clock.GetUtcNow().ToUnixTimeSeconds() / 60);
        if (ended.Count == 0) return;
        try
        {
            await committer.RunAsync(
                scope =>
                {
                    foreach (var (minute, source, codes) in ended) scope.Append(Entry(minute, source, codes));
                    return ValueTask.FromResult(ended.Count);
                },
                cancellationToken);
        }
        catch
        {
            foreach (var (minute, source, codes) in ended)
                foreach (var (code, count) in codes) Add(minute, source, code, count);
            throw;
        }
    }

    private static TrailEntry Entry(long minute, string source, Dictionary<string, long> codes) =>
        new(EntryKinds.RefusalsCounted, Key: null, "hub", new JsonObject
        {
            ["source"] = source,
            ["minute"] = Rfc3339.Format(DateTimeOffset.FromUnixTimeSeconds(minute * 60)),
            ["codes"] = new JsonObject(codes.Select(c => KeyValuePair.Create<string, JsonNode?>(c.Key, c.Value))),
        });

    private void Add(long minute, string source, string code, long count)
    {
        lock (_gate)
        {
            if (!_minutes.TryGetValue(minute, out var sources)) _minutes.Add(minute, sources = []);
            if (!sources.ContainsKey(source) && sources.Count >= MaxSources) source = Others;
            if (!sources.TryGetValue(source, out var codes)) sources.Add(source, codes = []);
            codes[code] = codes.GetValueOrDefault(code) + count;
        }
    }

    private List<(long Minute, string Source, Dictionary<string, long> Codes)> TakeUntil(long end)
    {
        lock (_gate)
        {
            var minutes = _minutes.Keys.Where(m => m < end).Order().ToList();
            var taken = minutes.SelectMany(m => _minutes[m], (m, source) => (m, source.Key, source.Value)).ToList();
            foreach (var minute in minutes) _minutes.Remove(minute);
            return taken;
        }
    }
}
