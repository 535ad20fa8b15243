using Hub.Contracts.Envelopes;
using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>One try to commit units together. What units throw is told only when it rests on durable state: with the commit,
/// or after a run alone. A failure of the store itself is nobody's: it goes through and ends the whole try.</summary>
internal static class GroupRun
{
    /// <summary>What a try came to.</summary>
    /// <param name="Head">Where the log stands if the units are durable; null when the transaction was abandoned.</param>
    /// <param name="Poison">The unit that wrote and then threw, for which the transaction was abandoned.</param>
    internal sealed record Outcome(TrailHead? Head, CommitUnit? Poison);

    /// <summary>Runs units in one transaction and commits it, unless one throws after it wrote.</summary>
    /// <param name="store">The store.</param>
    /// <param name="units">The units, in order.</param>
    /// <param name="log">Where the log stands.</param>
    /// <param name="keys">The log's key.</param>
    /// <param name="clock">Time of entries.</param>
    internal static async ValueTask<Outcome> TryAsync(IHubStore store, IReadOnlyList<CommitUnit> units, LogPosition log, IHubKeys keys, TimeProvider clock)
    {
        try
        {
            return await RunAsync(store, units, log, keys, clock);
        }
        finally
        {
            // Of those that were settled nothing is left to abandon.
            foreach (var unit in units) unit.Scope?.Abandon();
        }
    }

    private static async ValueTask<Outcome> RunAsync(IHubStore store, IReadOnlyList<CommitUnit> units, LogPosition log, IHubKeys keys, TimeProvider clock)
    {
        await using var transaction = await store.BeginAsync();
        await PreloadAsync(transaction, units);
        var batch = new TrailBatch(log.Head, clock);
        var seen = new GroupTransaction(transaction);
        foreach (var unit in units)
        {
            if (!await TryRunAsync(unit, seen, batch)) return new Outcome(null, unit);
        }

        var (head, asked) = (log.Head, clock.GetTimestamp());
        if (batch.Count > 0)
        {
            head = await batch.IntegrateAsync(await log.SeatAsync(transaction), transaction, keys);
            log.Committing(head);
        }

        if (seen.HasWrites || batch.Count > 0) await transaction.CommitAsync();
        if (batch.Count > 0) CommitMetrics.Integration.Record(clock.GetElapsedTime(asked).TotalSeconds);
        foreach (var unit in units) unit.Settle();
        return new Outcome(head, null);
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
    }
}
