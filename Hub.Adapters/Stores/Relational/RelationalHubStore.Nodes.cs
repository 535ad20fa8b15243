using System.Data.Common;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <content>The nodes over this database: joins and beats go over a connection of their own, so that no commit holds them up.</content>
public abstract partial class RelationalHubStore : INodeStore
{
    private readonly SemaphoreSlim _oneBeat = new(1, 1);
    private DbConnection? _beats;
    private string? _name;

    /// <inheritdoc/>
    public ValueTask<NodeRecord> JoinAsync(NodeCard card, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(card);
        return BeatingAsync(
            async session =>
            {
                await using var transaction = await session.BeginAsync();
                await session.Use(Dialect.Nodes.Introduce).With("name", card.Name).ChangeAsync();
                await session.Use(Dialect.Nodes.HoldNode).With("name", card.Name).ChangeAsync();
                await session.Use(Dialect.Nodes.EndDuties).With("name", card.Name).ChangeAsync();
                var joined = await session.Use(Dialect.Nodes.Join).With("name", card.Name).With("url", card.Url).With("version", card.Version).With("lease", lease.TotalSeconds).FirstAsync(ReadNode);
                await transaction.CommitAsync(cancellationToken);
                (Node, Incarnation, IsAlone, _name) = (joined!.Number, joined.Incarnation, false, card.Name);
                return joined;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeBeat?> BeatAsync(IReadOnlyCollection<string> duties, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        var wanted = duties.ToArray();
        return BeatingAsync(
            async session =>
            {
                if (Node is not { } node) return null;
                var sql = Dialect.Nodes;
                // By itself: whatever the duties wait for, the lease is renewed.
                var beat = await session.Use(sql.Beat).With("node", node).With("incarnation", Incarnation).With("lease", lease.TotalSeconds)
                    .FirstAsync(static row => new Renewed(Rows.Time(row, 0), row.GetBoolean(1)));
                if (beat is null) return null;
                IsAlone = !beat.HasOthers;
                await session.Use(sql.Renew).With("node", node).With("lease", lease.TotalSeconds).ChangeAsync();
                await session.Use(sql.GiveUp).With("node", node).With("duties", wanted).ChangeAsync();
                await session.Use(sql.TakeNew).With("node", node).With("duties", wanted).With("lease", lease.TotalSeconds).ChangeAsync();
                await session.Use(sql.Take).With("node", node).With("duties", wanted).With("lease", lease.TotalSeconds).ChangeAsync();
                var held = await session.Use(sql.Held).With("node", node).ListAsync(static row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)));
                var dead = await session.Use(sql.Dead).With("node", node).ListAsync(static row => row.GetInt32(0));
                return new NodeBeat(beat.Time, held.ToDictionary(StringComparer.Ordinal), dead);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(CancellationToken cancellationToken = default) => await BeatingAsync(
        async session =>
        {
            if (Node is not { } node) return 0;
            await session.Use(Dialect.Nodes.EndDuties).With("name", _name!).ChangeAsync();
            return await session.Use(Dialect.Nodes.Leave).With("node", node).With("incarnation", Incarnation).ChangeAsync();
        },
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken = default) =>
        await ReadAsync(ReadKind.Short, async session => await session.Use(Dialect.Nodes.List).ListAsync(ReadNode), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DutyRecord>> ListDutiesAsync(CancellationToken cancellationToken = default) => await ReadAsync(
        ReadKind.Short,
        async session => await session.Use(Dialect.Nodes.ListDuties).ListAsync(static row =>
            new DutyRecord(row.GetString(0), row.GetInt32(1), row.GetInt64(2), Rows.Time(row, 3), Rows.Time(row, 4), row.GetBoolean(5))),
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LogSeat?> ReadSeatAsync(CancellationToken cancellationToken = default) => ReadAsync(
        ReadKind.Short,
        async session => await session.Use(Dialect.Nodes.Seat).FirstAsync(static row => new LogSeat(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt32(1), row.GetInt64(2))),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> MakeRoomAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await Dialect.OpenWriterAsync(cancellationToken);
            return await new ReadSession(Dialect, connection, cancellationToken).Use(Dialect.Nodes.MakeRoom).FirstAsync(static row => row.GetInt32(0));
        }
        catch (Exception failed) when (IsFailure(failed))
        {
            throw Unavailable(failed);
        }
    }

    private static NodeRecord ReadNode(DbDataReader row) => new(
        row.GetInt32(0), row.GetInt64(1), new NodeCard(row.GetString(2), Rows.Text(row, 3), row.GetString(4)), Rows.Time(row, 5), Rows.Time(row, 6), row.GetBoolean(7));

    private async ValueTask<T> BeatingAsync<T>(Func<ReadSession, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await _oneBeat.WaitAsync(cancellationToken);
        try
        {
            _beats ??= await Dialect.OpenWriterAsync(cancellationToken);
            return await work(new ReadSession(Dialect, _beats, cancellationToken));
        }
        catch (Exception failed) when (IsFailure(failed) || failed is OperationCanceledException or InvalidOperationException)
        {
            await EndBeatsAsync();
            if (failed is OperationCanceledException) throw;
            throw Unavailable(failed);
        }
        finally
        {
            _oneBeat.Release();
        }
    }

    private async ValueTask EndBeatsAsync()
    {
        if (_beats is not { } connection) return;
        _beats = null;
        await connection.DisposeAsync();
    }

    private sealed record Renewed(DateTimeOffset Time, bool HasOthers);
}
