using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Storage;

/// <summary>The one writer of a node: takes what waits in its queue, runs it in one transaction, integrates the log with one
/// signed checkpoint, commits, and only then answers the callers. Over a shared store the next group runs its units meanwhile.</summary>
/// <remarks>
/// <para>Failure policy. A unit that throws fails alone: the others are run again without it, and it is run again alone.
/// When the store or the log key fails, all callers of the group get <c>unavailable</c>, and the head of the log is read
/// back from the store before the next commit, since the failed commit may be durable or not. A store that went back behind
/// a published checkpoint is never written again: signing on would fork it.</para>
/// <para>Two groups (<see cref="GroupTurns"/>). A group is taken from the queue when the one before it has run its units and sent what they
/// wrote: by then what waits has become many. Groups commit in the order in which they ran, unless one has to run again. A group sees
/// nothing of the one that commits meanwhile; where it rests on what that one changes, it conflicts with it as with another node.</para>
/// </remarks>
public sealed class GroupCommitter : ICommitter, IAsyncDisposable
{
    internal const int QueuedGroups = 8;

    private const int JointTries = 3;
    private const int JointConflicts = 3;
    private const int ConflictTries = 6;
    private static readonly TimeSpan PlaceWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly IHubStore _store;
    private readonly IHubKeys _keys;
    private readonly GroupTurns _turns;
    private readonly GroupRun _run;
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
        _turns = new GroupTurns(overlap: store.IsShared);
        _run = new GroupRun(store, _position, keys, clock);
        _queue = Channel.CreateBounded<CommitUnit>(new BoundedChannelOptions(QueuedGroups * _maxGroup) { SingleReader = true });
    }

    /// <summary>Reads where the log stands and begins to take units; opens the log if it is empty. Call once.</summary>
    /// <exception cref="InvalidDataException">The store's log is damaged or belongs to another key.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_loop is not null) throw new InvalidOperationException("The committer was started before.");
        await _position.LoadAsync(cancellationToken);
        var isNew = _position.Head.CheckpointNote is null;
        // Where other machines write to disk, nothing here blocks a thread.
        _loop = _store.IsShared ? Task.Run(LoopAsync, CancellationToken.None) : CommitThread.RunAsync("hub committer", LoopAsync);
        if (isNew) await this.RunAsync(OpenLog, cancellationToken);
    }

    /// <summary>Why nothing can be committed until the hub is started again; null while commits are possible.</summary>
    public string? WritesRefused => _position.Refusal ?? _store.WritesRefused;

    /// <inheritdoc/>
    public long UnknownEnds => _run.UnknownEnds;

    /// <inheritdoc/>
    public async ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_loop is null) throw Unavailable("The hub is not started yet.");
        if (GroupRun.IsInsideUnit) throw new InvalidOperationException("A unit of work must not wait for another unit: they run one after the other.");
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
        List<Task> underWay = [];
        while (await _queue.Reader.WaitToReadAsync())
        {
            var turn = new GroupTurn(_turns);
            await turn.StageAsync();
            List<CommitUnit> group = [];
            while (group.Count < _maxGroup && _queue.Reader.TryRead(out var unit)) group.Add(unit);
            underWay.RemoveAll(static task => task.IsCompleted);
            underWay.Add(CommitAsync(group, turn));
        }

        await Task.WhenAll(underWay);
    }

    private async Task CommitAsync(List<CommitUnit> group, GroupTurn turn)
    {
        try
        {
            await CommitIsolatedAsync(group, turn);
        }
        catch (Exception failure)
        {
            _position.Doubt();
            _log.LogError(failure, "A grouped commit of {Units} units failed; its callers are told to retry", group.Count);
            foreach (var unit in group.Where(static u => !u.IsSettled))
                unit.Fail(Unavailable("The store failed, so nothing of this was accepted; sending it again is safe.", failure));
        }
        finally
        {
            turn.End();
        }
    }

    private async ValueTask CommitIsolatedAsync(List<CommitUnit> group, GroupTurn turn)
    {
        var together = group.ToList();
        var alone = new List<CommitUnit>();
        try
        {
            for (var tries = 0; together.Count > 1 && tries < JointTries; tries++)
            {
                if (await TryAsync(together, JointConflicts, turn) is not { } poison)
                {
                    together.Clear();
                    break;
                }

                together.Remove(poison);
                alone.Add(poison);
            }
        }
        catch (StoreConflictException conflict)
        {
            _log.LogInformation(conflict, "{Units} units met a conflict {Tries} times; each is run alone", together.Count, JointConflicts);
        }

        var conflicted = false;
        foreach (var unit in together.Concat(alone))
        {
            try
            {
                if (await TryAsync([unit], ConflictTries, turn) is { Refusal: { } refusal }) unit.Fail(refusal);
                conflicted = false;
            }
            catch (StoreConflictException conflict) when (!conflicted)
            {
                // It is to blame for that; when the next one meets a conflict to the end, too, the store is.
                conflicted = true;
                _log.LogWarning(conflict, "A unit met a conflict {Tries} times, alone; its caller is told to retry", ConflictTries);
                unit.Fail(Unavailable("What it rests on changed with every try, so nothing of this was accepted; sending it again is safe.", conflict));
            }
        }
    }

    /// <summary>Tries until it is not another's commit that is in the way; returns the unit that spoilt it, or null when all are durable and settled.</summary>
    private async ValueTask<CommitUnit?> TryAsync(List<CommitUnit> units, int conflictTries, GroupTurn turn)
    {
        var started = _clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                var poison = await _run.TryAsync(units, turn);
                if (poison is not null) return poison;
                CommitMetrics.GroupSize.Record(units.Count);
                CommitMetrics.Duration.Record(_clock.GetElapsedTime(started).TotalSeconds);
                return null;
            }
            catch (StoreConflictException conflict)
            {
                if (conflict.HasLostConnection) _position.Doubt();
                if (tries == conflictTries) throw;
                CommitMetrics.Conflicts.Add(1);
                _log.LogDebug(conflict, "A group of {Units} units met another commit; it is run again", units.Count);
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
