using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Storage;

/// <summary>The one writer of a node: takes what waits in its queue, runs it in one transaction, integrates the log with one
/// signed checkpoint, commits, and only then answers the callers.</summary>
/// <remarks>Failure policy. A unit that throws fails alone: the others are run again without it, and it is run again alone.
/// When the store or the log key fails, all callers of the group get <c>unavailable</c>, and the head of the log is read
/// back from the store before the next group, since the failed commit may be durable or not. A store that went back behind
/// a published checkpoint is never written again: signing on would fork the log.</remarks>
public sealed class GroupCommitter : ICommitter, IAsyncDisposable
{
    internal const int QueuedGroups = 8;

    private const int JointTries = 3;
    private const int ConflictTries = 6;
    private static readonly TimeSpan PlaceWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly IHubStore _store;
    private readonly IHubKeys _keys;
    private readonly TimeProvider _clock;
    private readonly ILogger<GroupCommitter> _log;
    private readonly int _maxGroup;
    private readonly Channel<CommitUnit> _queue;
    private readonly LogPosition _position;
    private volatile Task? _loop;

    /// <summary>Makes a committer; <see cref="StartAsync"/> sets it going.</summary>
    /// <param name="store">An open store.</param>
    /// <param name="keys">The log's key.</param>
    /// <param name="settings">How many units one group takes.</param>
    /// <param name="clock">Time of entries.</param>
    /// <param name="log">Failures of the store.</param>
    public GroupCommitter(IHubStore store, IHubKeys keys, HubSettings settings, TimeProvider clock, ILogger<GroupCommitter> log)
    {
        _store = store;
        _keys = keys;
        _clock = clock;
        _log = log;
        _maxGroup = settings.MaxGroup;
        _position = new LogPosition(store, keys);
        _queue = Channel.CreateBounded<CommitUnit>(new BoundedChannelOptions(QueuedGroups * _maxGroup) { SingleReader = true });
    }

    /// <summary>Reads where the log stands and begins to take units; opens the log if it is empty. Call once.</summary>
    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another key.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_loop is not null) throw new InvalidOperationException("The committer was started before.");
        await _position.LoadAsync(cancellationToken);
        var isNew = _position.Head.CheckpointNote is null;
        _loop = CommitThread.RunAsync("hub committer", LoopAsync);
        if (isNew) await this.RunAsync(OpenLog, cancellationToken);
    }

    /// <summary>Why nothing can be committed until the hub is started again; null while commits are possible.</summary>
    public string? WritesRefused => _position.Refusal ?? _store.WritesRefused;

    /// <inheritdoc/>
    public async ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_loop is null) throw Unavailable("The hub is not started yet.");
        if (CommitThread.IsCurrent) throw new InvalidOperationException("A unit of work must not wait for another unit: they share one thread.");
        var unit = new CommitUnit<T>(work) { Reads = reads };
        if (!_queue.Writer.TryWrite(unit)) await EnqueueAsync(unit, cancellationToken);
        return await unit.Answer;
    }

    /// <summary>Stops taking units, commits those that wait, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        if (_loop is { } loop) await loop;
    }

    private async ValueTask EnqueueAsync(CommitUnit unit, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(PlaceWait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _queue.Writer.WriteAsync(unit, either.Token);
        }
        catch (ChannelClosedException)
        {
            throw Unavailable("The hub is stopping.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"{QueuedGroups * _maxGroup} units of work wait already.");
        }
    }

    private async Task LoopAsync()
    {
        var group = new List<CommitUnit>(_maxGroup);
        while (await _queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < _maxGroup && _queue.Reader.TryRead(out var unit)) group.Add(unit);
            await CommitAsync(group);
        }
    }

    private async ValueTask CommitAsync(List<CommitUnit> group)
    {
        try
        {
            await _position.RecoverAsync();
            await CommitIsolatedAsync(group);
        }
        catch (Exception failure)
        {
            _position.Forget();
            _log.LogError(failure, "A grouped commit of {Units} units failed; its callers are told to retry", group.Count);
            foreach (var unit in group.Where(static u => !u.IsSettled))
                unit.Fail(Unavailable("The store failed, so nothing of this was accepted; sending it again is safe.", failure));
        }
    }

    private async ValueTask CommitIsolatedAsync(List<CommitUnit> group)
    {
        var together = group.ToList();
        var alone = new List<CommitUnit>();
        for (var tries = 0; together.Count > 1 && tries < JointTries; tries++)
        {
            if (await TryAsync(together) is not { } poison)
            {
                together.Clear();
                break;
            }

            together.Remove(poison);
            alone.Add(poison);
        }

        foreach (var unit in together.Concat(alone))
        {
            if (await TryAsync([unit]) is { Refusal: { } refusal }) unit.Fail(refusal);
        }
    }

    /// <summary>One try; returns the unit that spoilt it, or null when all are durable and settled.</summary>
    private async ValueTask<CommitUnit?> TryAsync(List<CommitUnit> units)
    {
        var started = _clock.GetTimestamp();
        var outcome = await TryThroughConflictsAsync(units);
        if (outcome.Head is not { } head) return outcome.Poison;
        _position.Committed(head);
        CommitMetrics.GroupSize.Record(units.Count);
        CommitMetrics.Duration.Record(_clock.GetElapsedTime(started).TotalSeconds);
        return null;
    }

    /// <summary>Another node was quicker: the same units on what is there now.</summary>
    private async ValueTask<GroupRun.Outcome> TryThroughConflictsAsync(List<CommitUnit> units)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await GroupRun.TryAsync(_store, units, _position, _keys, _clock);
            }
            catch (StoreConflictException conflict) when (tries < ConflictTries)
            {
                CommitMetrics.Conflicts.Add(1);
                _log.LogDebug(conflict, "A group of {Units} units met another node's commit; it is run again", units.Count);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 2 << tries)), _clock);
            }
        }
    }

    private ValueTask<EntryTicket> OpenLog(CommitScope scope) => ValueTask.FromResult(scope.Append(new TrailEntry(
        EntryKinds.LogOpened,
        Key: null,
        Actor: "hub",
        new JsonObject { ["origin"] = _keys.LogVerifier.Name, ["key"] = _keys.LogVerifier.ToString() })));

    private static ProblemException Unavailable(string detail, Exception? inner = null) =>
        new(new Problem(ProblemCode.Unavailable, $"{detail} Retry in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter }, inner);
}
