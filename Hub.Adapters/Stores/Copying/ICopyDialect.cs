using System.Data.Common;

namespace Hub.Adapters.Stores.Copying;

/// <summary>What one database product does in its own way when a hub is copied into it. Disposing closes its connection.</summary>
internal interface ICopyDialect : IAsyncDisposable
{
    CopySql Sql { get; }

    /// <summary>The open connection, of the role that owns the tables.</summary>
    DbConnection Connection { get; }

    /// <summary>The schema that a copy by this program needs.</summary>
    int Schema { get; }

    /// <summary>The schema that the database has; 0 when there is none.</summary>
    Task<int> ReadSchemaAsync(CancellationToken cancellationToken);

    /// <summary>Inserts rows, inside a transaction.</summary>
    Task ImportAsync(DbTransaction transaction, CopyTable table, CopyBatch rows, CancellationToken cancellationToken);
}
