using Hub.Contracts.Envelopes;
using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>Tries to commit units together. What units throw is told only when it rests on durable state: with the commit,
/// or after a run alone. A failure of the store itself is nobody's: it goes through and ends the whole try.</summary>
/// <param name="store">The store.</param>
/// <param name="log">Where the log stands.</param>
/// <param name="keys">The log's key.</param>
/// <param name="clock">Time of entries.</param>
internal sealed class GroupRun(IHubStore store, LogPosition log, IHubKeys keys, TimeProvider clock)
{
    /// <summary>When what a connection that broke left behind is looked for once more, though nobody says that it was decided.</summary>
    private static readonly TimeSpan LateEnd = TimeSpan.FromSeconds(10);

    private static readonly AsyncLocal<CommitUnit?> Running = new();
    private long _unknownEnds;

    /// <summary>Whether the caller is a unit that runs.</summary>
    internal static bool IsInsideUnit => Running.Value is { IsRunning: true };

    /// <summary>How often it could not be learnt whether a commit is durable, and how often it was decided afterwards.</summary>
    internal long UnknownEnds => Interlocked.Read(ref _unknownEnds);

    /// <summary>Runs units in one transaction and commits it, unless one throws after it wrote.</summary>
    /// <param name="units">The units, in order.</param>
    /// <param name="turn">The group's turn, which has ended afterwards.</param>
    /// <returns>The unit that wrote and then threw, for which the transaction was abandoned; null when all are durable and settled.</returns>
    internal async ValueTask<CommitUnit?> TryAsync(IReadOnlyList<CommitUnit> units, GroupTurn turn)
    {
        try
        {
            await turn.StageAsync();
            return await RunAsync(units, turn);
        }
        finally
        {
            // Of those that were settled nothing is left to abandon.
            foreach (var unit in units) unit.Scope?.Abandon();
            turn.End();
        }
    }

    private async ValueTask<CommitUnit?> RunAsync(IReadOnlyList<CommitUnit> units, GroupTurn turn)
    {
        if (log.IsInDoubt)
        {
            await turn.CommitAsync();
            await log.RecoverAsync();
        }

        await using var transaction = await store.BeginAsync();
        await PreloadAsync(transaction, units);
        var counted = log.Head;
        var batch = new TrailBatch(counted, clock);
        var seen = new GroupTransaction(transaction);
        foreach (var unit in units)
        {
            if (!await TryRunAsync(unit, seen, batch)) return unit;
        }

        if (seen.HasWrites || batch.Count > 0) await CommitAsync(transaction, batch, counted.Place, turn);
        foreach (var unit in units) unit.Settle();
        return null;
    }

    private async ValueTask CommitAsync(IStoreTransaction transaction, TrailBatch batch, LogPlace counted, GroupTurn turn)
    {
        if (!turn.TryCommit())
        {
            // Time to send what need not wait; otherwise it goes with the question for the seat.
            await transaction.StageAsync();
            await turn.CommitAsync();
            turn.Staged();
        }

        if (batch.Count == 0)
        {
            await EndAsync(transaction);
            return;
        }

        var asked = clock.GetTimestamp();
        var left = log.Head;
        var seat = await log.SeatAsync(transaction, counted);
        turn.Seated(alone: ReferenceEquals(seat, left));
        var head = await batch.IntegrateAsync(seat, transaction, keys);
        log.Committing(head);
        try
        {
            await EndAsync(transaction);
        }
        catch
        {
            log.Doubt();
            throw;
        }

        log.Committed(head);
        CommitMetrics.Integration.Record(clock.GetElapsedTime(asked).TotalSeconds);
    }

    private async ValueTask EndAsync(IStoreTransaction transaction)
    {
        try
        {
            await transaction.CommitAsync();
        }
        catch (Exception failure) when (failure is not StoreConflictException)
        {
            Interlocked.Increment(ref _unknownEnds);
            _ = LookAgainAsync((failure as StoreFailedException)?.Decided ?? Task.Delay(LateEnd, clock));
            throw;
        }
    }

    /// <summary>What was not durable yet may have become so.</summary>
    private async Task LookAgainAsync(Task decided)
    {
        await decided.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Increment(ref _unknownEnds);
    }

    private static async ValueTask PreloadAsync(IStoreTransaction transaction, IReadOnlyList<CommitUnit> units)
    {
        List<MessageKey> messages = [];
        List<long> deliveries = [];
        foreach (var unit in units)
        {
            if (unit.Reads.Message is { } message) messages.Add(message);
            if (unit.Reads.Answered is { } answered) messages.Add(answered);
            if (unit.Reads.Delivery is { } delivery) deliveries.Add(delivery);
        }

        if (messages.Count + deliveries.Count > 0) await transaction.PreloadAsync(messages, deliveries);
    }

    private static async ValueTask<bool> TryRunAsync(CommitUnit unit, GroupTransaction transaction, TrailBatch batch)
    {
        var entries = batch.Count;
        transaction.BeginUnit();
        unit.Refusal = null;
        (Running.Value, unit.IsRunning) = (unit, true);
        try
        {
            unit.Scope = new CommitScope(transaction, batch);
            await unit.RunAsync(unit.Scope);
            return true;
        }
        catch (Exception thrown) when (thrown is not (StoreFailedException or StoreConflictException))
        {
            unit.Refusal = thrown;
            batch.Truncate(entries);
            return !transaction.UnitHasWrites;
        }
        finally
        {
            unit.IsRunning = false;
        }
    }
}
