using System.Data;
using System.Data.Common;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>What one database product does in its own way. Everything else of a store is written once, over ADO.NET.</summary>
internal interface IRelationalDialect : IAsyncDisposable
{
    /// <summary>Texts of the write transaction.</summary>
    WriteSql Writes { get; }

    /// <summary>Texts of reads of committed state.</summary>
    ReadSql Reads { get; }

    /// <summary>Texts of the nodes and their duties.</summary>
    NodeSql Nodes { get; }

    /// <summary>Whether another server than the primary answers searches.</summary>
    bool HasReplica { get; }

    /// <summary>Opens a connection of its own for the writer of this node, whose session bounds every wait.</summary>
    ValueTask<DbConnection> OpenWriterAsync(CancellationToken cancellationToken);

    /// <summary>Takes a connection for reads from the pool; disposing gives it back.</summary>
    /// <param name="kind">What it is for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<DbConnection> OpenReaderAsync(ReadKind kind, CancellationToken cancellationToken);

    /// <summary>Refuses a schema that this program may not run on, saying what to do.</summary>
    /// <exception cref="InvalidDataException">The schema is older or newer than this program supports, or there is none.</exception>
    ValueTask CheckSchemaAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>A parameter for one value. A dialect whose parameters go by place leaves the name out, so commands take them in the
    /// order in which their text numbers them.</summary>
    DbParameter Parameter<T>(string name, T value);

    /// <summary>Gives a command many rows at once.</summary>
    void AddRows(DbBatchCommand command, RowSet rows);

    /// <summary>The isolation in which several reads see the same, and wait for nobody.</summary>
    IsolationLevel Snapshot => IsolationLevel.RepeatableRead;

    /// <summary>What a failure of the database means.</summary>
    RelationalFailure Classify(Exception failure);

    /// <summary>Tells the other nodes, when the transaction commits; null when there is nothing to tell.</summary>
    DbBatchCommand? Wake(DbBatch batch, int node, StoreWake wake);

    /// <summary>Begins to hear of what other nodes told.</summary>
    /// <param name="node">The number of this node, whose own words it does not hear; null while it has none.</param>
    /// <param name="heard">Is called on a thread of the dialect.</param>
    IAsyncDisposable? Listen(Func<int?> node, Action<StoreWake> heard);
}

/// <summary>What a connection for reads is for; each kind has a pool of its own.</summary>
internal enum ReadKind
{
    /// <summary>A look-up that intake or delivery waits for.</summary>
    Short,

    /// <summary>What may take long, so that it never stands before intake and delivery.</summary>
    List,

    /// <summary>A search, which a replica may answer if there is one.</summary>
    Search,
}

/// <summary>What a failure means to the committer.</summary>
internal enum RelationalFailure
{
    /// <summary>The database could not be reached, or could not work.</summary>
    Unavailable,

    /// <summary>Another node was quicker.</summary>
    Conflict,
}
