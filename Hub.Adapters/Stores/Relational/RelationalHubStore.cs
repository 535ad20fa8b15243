using System.Data.Common;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.Stores.Relational;

/// <summary>A store in a database server, which the nodes of a hub share.</summary>
/// <remarks>
/// <para>Failure policy. Everything, bodies included, is in one transaction of the database: a group is there or not. A connection that
/// failed is thrown away and the next use opens another, so the store recovers by itself when the database does; meanwhile every
/// operation is <c>unavailable</c>. A commit whose answer was lost may be durable or not: its callers are told <c>unavailable</c> and
/// sending again is safe, as is the committer's look at where the log stands.</para>
/// <para>Nodes. What two nodes change at once ends in a <see cref="StoreConflictException"/> of one of them. Who holds the seat of the log
/// and stops is ended by the database; a node whose lease has ended commits nothing.</para>
/// <para>Erasing a message deletes its wrapped data key with its body; the database keeps the space until it cleans up (vacuum), and
/// backups as long as they are kept.</para>
/// </remarks>
public abstract partial class RelationalHubStore : IHubStore
{
    private const int MostUnanswered = 8;
    private const int MostTransactions = 2;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private readonly IHubKeys _keys;
    private readonly Lock _writers = new();
    private readonly Stack<DbConnection> _idle = [];
    private Action<StoreWake>? _heard;
    private IAsyncDisposable? _listening;
    private int _unanswered;
    private int _running;
    private bool _open;
    private bool _disposed;

    /// <summary>A store; <see cref="OpenAsync"/> connects it.</summary>
    private protected RelationalHubStore(IRelationalDialect dialect, IHubKeys keys, TimeProvider clock, ILogger log)
    {
        (Dialect, _keys, Clock, Log) = (dialect, keys, clock, log);
    }

    /// <inheritdoc/>
    public bool IsShared => true;

    internal IRelationalDialect Dialect { get; }

    internal TimeProvider Clock { get; }

    internal ILogger Log { get; }

    internal ReadOnlyMemory<byte> DataKey => _keys.DataKey;

    /// <summary>The number that this node joined as; null before it joined: its commits are then not fenced (commands, tests).</summary>
    internal int? Node { get; set; }

    /// <summary>The incarnation that this node joined as.</summary>
    internal long Incarnation { get; set; }

    /// <summary>Whether no other node lives, so that nobody need be told; false when it is not known.</summary>
    internal bool IsAlone { get; set; }

    /// <summary>Where the last full page of recipients due ended.</summary>
    internal string? LastDue { get; set; }

    /// <summary>Up to where the fronts of lanes were looked at; null: all of them.</summary>
    internal LaneName? LastLane { get; set; }

    /// <summary>What this node's dispatcher holds.</summary>
    internal HeldClaims Held { get; } = new();

    /// <summary>How many ids the last groups took, for a good guess at the next.</summary>
    internal int IdsWanted { get; set; } = IdBlocks.Size;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The schema is not one that this program may run on.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_open) throw new InvalidOperationException("The store is open already.");
        try
        {
            var writer = await Dialect.OpenWriterAsync(cancellationToken);
            lock (_writers) _idle.Push(writer);
            _open = true;
            await Dialect.CheckSchemaAsync(writer, cancellationToken);
        }
        catch (Exception failed) when (IsFailure(failed))
        {
            throw Unavailable(failed);
        }

        if (_heard is { } heard) _listening = Dialect.Listen(() => Node, heard);
    }

    /// <inheritdoc/>
    public void Listen(Action<StoreWake> heard) =>
        _heard = _heard is null && !_open ? heard : throw new InvalidOperationException("Listen once, before the store is opened.");

    /// <inheritdoc/>
    public async ValueTask<IStoreTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Volatile.Read(ref _unanswered) >= MostUnanswered) throw Unavailable(new TimeoutException($"{MostUnanswered} commits wait for their answer, for a synchronous standby perhaps"));
        DbConnection? writer;
        lock (_writers)
        {
            if (_running == MostTransactions) throw new InvalidOperationException($"{MostTransactions} transactions are running; there are no more at a time.");
            _running++;
            _idle.TryPop(out writer);
        }

        try
        {
            return new RelationalTransaction(this, writer ?? await Dialect.OpenWriterAsync(cancellationToken));
        }
        catch (Exception failed)
        {
            lock (_writers) _running--;
            if (IsFailure(failed)) throw Unavailable(failed);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        GC.SuppressFinalize(this);
        if (_listening is not null) await _listening.DisposeAsync();
        await CloseIdleAsync();
        await EndBeatsAsync();
        _oneBeat.Dispose();
        await Dialect.DisposeAsync();
    }

    /// <summary>A write transaction has ended.</summary>
    /// <param name="writer">Its connection; null when that was left to an answer that has not come.</param>
    /// <param name="broken">Its connection is not to be used any more.</param>
    internal async ValueTask EndAsync(DbConnection? writer, bool broken)
    {
        lock (_writers)
        {
            _running--;
            if (!broken && !_disposed && writer is not null)
            {
                _idle.Push(writer);
                return;
            }
        }

        if (writer is not null) await writer.DisposeAsync();
        // What broke one has broken the others, or they lead to a server that is not the primary any more.
        if (broken) await CloseIdleAsync();
    }

    /// <summary>Goes on without the answer to a commit, which may be durable or not, and neither cancels it nor closes its connection:
    /// both would end the server's wait for its standby, and show what only the primary has.</summary>
    internal void Leave(DbConnection writer, Task answer)
    {
        Interlocked.Increment(ref _unanswered);
        _ = EndAsync();

        async Task EndAsync()
        {
            await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Decrement(ref _unanswered);
            await writer.DisposeAsync();
        }
    }

    private async ValueTask CloseIdleAsync()
    {
        while (true)
        {
            DbConnection? idle;
            lock (_writers)
            {
                if (!_idle.TryPop(out idle)) return;
            }

            await idle.DisposeAsync();
        }
    }

    /// <summary>Reads on a connection of a kind. A failure of the database is <c>unavailable</c>.</summary>
    internal async ValueTask<T> ReadAsync<T>(ReadKind kind, Func<ReadSession, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await Dialect.OpenReaderAsync(kind, cancellationToken);
            return await read(new ReadSession(Dialect, connection, cancellationToken));
        }
        catch (Exception failed) when (kind == ReadKind.Search && Dialect.HasReplica && IsFailure(failed))
        {
            Log.LogWarning(failed, "The replica for searches failed; the primary answers.");
            return await ReadAsync(ReadKind.List, read, cancellationToken);
        }
        catch (Exception failed) when (IsFailure(failed))
        {
            throw Unavailable(failed);
        }
    }

    /// <summary>What a failure of the database means to the committer.</summary>
    /// <param name="failed">What failed.</param>
    /// <param name="lost">Whether the connection is lost.</param>
    /// <param name="decided">Completes when a commit that is still under way is decided.</param>
    internal Exception Translate(Exception failed, bool lost, Task? decided) => Dialect.Classify(failed) == RelationalFailure.Conflict
        ? new StoreConflictException($"Another node was quicker: {failed.Message}", failed) { HasLostConnection = lost }
        : new StoreFailedException($"The database failed: {failed.Message}", failed) { Decided = decided };

    internal static bool IsFailure(Exception failed) => failed is DbException or TimeoutException or IOException or System.Net.Sockets.SocketException;

    private static ProblemException Unavailable(Exception inner) => new(
        new Problem(ProblemCode.Unavailable, $"The database cannot be reached or cannot work now ({inner.Message}). Retry in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter }, inner);
}
