using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry.Changes;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery.Runs;

/// <summary>What operators do with runs. A run stands in the hub's own app state, so that it survives a restart and another node goes on
/// with it; <see cref="ReplayRunner"/> carries it out. Thread-safe.</summary>
/// <param name="committer">The one writer.</param>
/// <param name="store">Knows the dead deliveries and the runs.</param>
/// <param name="keys">The hub's address.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class ReplayRuns(ICommitter committer, IHubStore store, IHubKeys keys, TimeProvider clock)
{
    /// <summary>Runs that are kept; beyond them the oldest that is not under way is forgotten (200). The log forgets none.</summary>
    public const int MostKept = 200;

    /// <summary>Pages of dead deliveries that a preview looks at, at most.</summary>
    private const int MostPages = 200;

    private const int SampleSize = 5;
    private const string Prefix = "replay/run/";

    /// <summary>Keys of runs under way, so that whoever has nothing to do finds that out cheaply.</summary>
    private const string ActivePrefix = "replay/active/";

    /// <summary>Counts what a run would replay, and keeps it as a run that was not started.</summary>
    /// <param name="filter">Which deliveries.</param>
    /// <param name="pace">How.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run, and some of its deliveries.</returns>
    public async ValueTask<(ReplayRun Run, IReadOnlyList<DeliveryRecord> Sample)> PreviewAsync(
        ReplayFilter filter, ReplayPace pace, string actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(pace);
        ArgumentException.ThrowIfNullOrEmpty(actor);
        var now = clock.GetUtcNow();
        var candidates = new ReplayCandidates(store);
        var (matched, sample, cursor) = (0L, new List<DeliveryRecord>(), (string?)null);
        for (var pages = 0; ; pages++)
        {
            var page = await candidates.ReadAsync(filter, now, now, cursor, cancellationToken);
            matched += page.Items.Count;
            sample.AddRange(page.Items.Take(SampleSize - sample.Count));
            cursor = page.Next;
            if (cursor is null || pages == MostPages) break;
        }

        var run = new ReplayRun
        {
            Id = ProposalId.New(now), Actor = actor, Created = now, Changed = now, Filter = filter, Pace = pace, Matched = matched, IsExact = cursor is null,
        };
        var oldest = await OldestAsync(cancellationToken);
        await committer.RunAsync(
            async scope =>
            {
                // Read again: somebody may have set it going since it was chosen.
                if (oldest is not null && await scope.Transaction.ReadAppStateAsync(keys.Address, Prefix + oldest) is { } stored && ReplayRun.Read(stored.Span).State != ReplayRunState.Running)
                    await scope.Transaction.WriteAppStateAsync(keys.Address, Prefix + oldest, null);
                await scope.Transaction.WriteAppStateAsync(keys.Address, Prefix + run.Id, run.ToBytes());
                return true;
            },
            cancellationToken);
        return (run, sample);
    }

    /// <summary>Sets a run going, for the first time or again. One that stopped in a step begins that step anew, with deliveries that come next.</summary>
    /// <param name="id">The run.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="resume">Whether it was stopped; else it was previewed.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>not-found</c>, or <c>invalid-request</c>: it is in another state.</exception>
    public ValueTask<ReplayRun> StartAsync(string id, string actor, bool resume, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, actor, resume ? ReplayRunState.Stopped : ReplayRunState.Previewed, ReplayRunState.Running, null, cancellationToken);

    /// <summary>Stops a run: nothing more is set going. What was set going is not called back.</summary>
    /// <exception cref="ProblemException">As <see cref="StartAsync"/>.</exception>
    public ValueTask<ReplayRun> StopAsync(string id, string actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(id, actor, ReplayRunState.Running, ReplayRunState.Stopped, $"stopped by {actor}", cancellationToken);

    /// <summary>A run.</summary>
    /// <exception cref="ProblemException"><c>not-found</c>.</exception>
    public async ValueTask<ReplayRun> FindAsync(string id, CancellationToken cancellationToken = default) =>
        await TryFindAsync(id, cancellationToken) ?? throw NotFound(id);

    /// <summary>All runs that are kept, newest first.</summary>
    public async ValueTask<IReadOnlyList<ReplayRun>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. (await store.ListAppStateAsync(keys.Address, Prefix, 2 * MostKept, cancellationToken)).Select(static pair => ReplayRun.Read(pair.Value.Span)).Reverse()];

    /// <summary>A run, or null.</summary>
    internal async ValueTask<ReplayRun?> TryFindAsync(string id, CancellationToken cancellationToken) =>
        await store.ReadAppStateAsync(keys.Address, Prefix + id, cancellationToken) is { } stored ? ReplayRun.Read(stored.Span) : null;

    /// <summary>Takes a run that is not kept any more from those under way.</summary>
    internal async ValueTask<bool> ForgetActiveAsync(CommitScope scope, string id)
    {
        if (await scope.Transaction.ReadAppStateAsync(keys.Address, Prefix + id) is not null) return false;
        await scope.Transaction.WriteAppStateAsync(keys.Address, ActivePrefix + id, null);
        return true;
    }

    /// <summary>Names of the runs under way.</summary>
    internal async ValueTask<IReadOnlyList<string>> ListActiveAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAppStateAsync(keys.Address, ActivePrefix, MostKept, cancellationToken)).Select(static pair => pair.Key[ActivePrefix.Length..])];

    /// <summary>The run inside a commit, if it is under way and as it was seen before; otherwise null.</summary>
    internal async ValueTask<ReplayRun?> FindRunningAsync(CommitScope scope, ReplayRun seen) =>
        await scope.Transaction.ReadAppStateAsync(keys.Address, Prefix + seen.Id) is { } stored
        && ReplayRun.Read(stored.Span) is { State: ReplayRunState.Running } run && run.Revision == seen.Revision ? run : null;

    /// <summary>Writes a run; a change of its state stands in the log.</summary>
    /// <returns>The run as it was written.</returns>
    internal async ValueTask<ReplayRun> WriteAsync(CommitScope scope, ReplayRun before, ReplayRun after, string actor)
    {
        after = after with { Revision = before.Revision + 1 };
        await scope.Transaction.WriteAppStateAsync(keys.Address, Prefix + after.Id, after.ToBytes());
        if (before.State == after.State) return after;
        await scope.Transaction.WriteAppStateAsync(keys.Address, ActivePrefix + after.Id, after.State == ReplayRunState.Running ? new byte[] { 1 } : (ReadOnlyMemory<byte>?)null);
        scope.Append(EntryOf(after, actor));
        return after;
    }

    private static TrailEntry EntryOf(ReplayRun run, string actor)
    {
        var body = new JsonObject
        {
            ["run"] = run.Id, ["state"] = Text(run.State), ["filter"] = run.Filter.ToJson(), ["digest"] = run.Filter.Digest, ["replayed"] = run.Replayed,
        };
        if (run.Why is not null) body["why"] = run.Why;
        return new TrailEntry(EntryKinds.ReplayRun, null, actor, body);
    }

    private static string Text(ReplayRunState state) => state switch
    {
        ReplayRunState.Previewed => "previewed",
        ReplayRunState.Running => "running",
        ReplayRunState.Stopped => "stopped",
        _ => "done",
    };

    private static ProblemException NotFound(string id) => ProblemCode.NotFound.With($"There is no replay run '{id}'.");

    private async ValueTask<ReplayRun> ChangeAsync(string id, string actor, ReplayRunState from, ReplayRunState to, string? why, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        return await committer.RunAsync(
            async scope =>
            {
                if (await scope.Transaction.ReadAppStateAsync(keys.Address, Prefix + id) is not { } stored) throw NotFound(id);
                var run = ReplayRun.Read(stored.Span);
                if (run.State != from) throw ProblemCode.InvalidRequest.With($"Replay run {id} is {Text(run.State)}; only one that is {Text(from)} becomes {Text(to)} this way.");
                return await WriteAsync(scope, run, run with { State = to, Why = why, StepIds = [], StepTaken = null, Changed = clock.GetUtcNow() }, actor);
            },
            cancellationToken);
    }

    private async ValueTask<string?> OldestAsync(CancellationToken cancellationToken)
    {
        var kept = await ListAsync(cancellationToken);
        return kept.Count < MostKept ? null : kept.LastOrDefault(static run => run.State != ReplayRunState.Running)?.Id;
    }
}
