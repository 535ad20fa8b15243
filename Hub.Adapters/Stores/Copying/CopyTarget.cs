using System.Data.Common;

namespace Hub.Adapters.Stores.Copying;

/// <summary>The database that a hub is copied into. Its table <c>hub_copy</c> says how far the copy is, in the same transaction as the rows,
/// so that a copy that was cut short goes on where it was; while it is there, no node starts.</summary>
internal sealed class CopyTarget(ICopyDialect dialect)
{
    internal CopySql Sql => dialect.Sql;

    internal DbConnection Connection => dialect.Connection;

    /// <summary>Begins the copy of a source, or takes it up again.</summary>
    /// <param name="note">The source's newest checkpoint, which tells it from every other hub and from its own past and future.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was begun before.</returns>
    /// <exception cref="InvalidDataException">Another hub is in the database, or on its way into it.</exception>
    internal async Task<bool> BeginAsync(string note, CancellationToken cancellationToken)
    {
        var version = await dialect.ReadSchemaAsync(cancellationToken);
        if (version != dialect.Schema)
            throw new InvalidDataException($"The database has schema {version}, a copy by this program needs {dialect.Schema}. Run 'hub store migrate' of this program with the owner role first.");
        var begun = await ScalarAsync(Sql.IsBegun, cancellationToken) is true;
        if (!begun && await ScalarAsync(Sql.HoldsHub, cancellationToken) is true)
            throw new InvalidDataException("The database holds a hub already. Copy into an empty one: a hub is never mixed with another.");
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(transaction, Sql.Begin, cancellationToken);
        await ExecuteAsync(transaction, Sql.NoteSource, cancellationToken, ("note", note));
        if (await ScalarAsync(Sql.Source, cancellationToken, transaction) as string != note)
            throw new InvalidDataException("A copy into this database was begun from another hub, or from this one before it went on. Drop the database, make it anew, and copy again.");
        await transaction.CommitAsync(cancellationToken);
        return begun;
    }

    /// <summary>Where a table's copy stands: the last key, and how many rows; −1 and 0 at the beginning.</summary>
    internal async Task<(long Last, long Rows)> StandsAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = Command(Sql.Stands, null, ("name", table));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetInt64(0), rows.GetInt64(1)) : (-1, 0);
    }

    /// <summary>Takes a batch over, with the note of where the table's copy stands.</summary>
    /// <param name="table">The table.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="before">How many went before them.</param>
    /// <param name="cancellationToken">Gives up; nothing of the batch is there then.</param>
    internal async Task WriteAsync(CopyTable table, CopyBatch batch, long before, CancellationToken cancellationToken)
    {
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        await dialect.ImportAsync(transaction, table, batch, cancellationToken);
        if (batch.Rows == 0) return;
        await ExecuteAsync(transaction, Sql.Note, cancellationToken, ("name", table.Name), ("last", batch.Last), ("rows", before + batch.Rows));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Opens the log where the source's stands, and lets nodes in.</summary>
    internal async Task FinishAsync(long size, string note, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await using (var transaction = await Connection.BeginTransactionAsync(cancellationToken))
        {
            await ExecuteAsync(transaction, Sql.OpenLog, cancellationToken, ("size", size), ("note", note), ("time", time.ToUniversalTime()));
            await ExecuteAsync(transaction, Sql.End, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await ExecuteAsync(null, Sql.Analyze, cancellationToken);
    }

    internal async Task<object?> ScalarAsync(string text, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        await using var command = Command(text, transaction);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>A command that may take as long as it takes.</summary>
    internal DbCommand Command(string text, DbTransaction? transaction, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = Connection.CreateCommand();
        (command.CommandText, command.CommandTimeout, command.Transaction) = (text, 0, transaction);
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private async Task ExecuteAsync(DbTransaction? transaction, string text, CancellationToken cancellationToken, params (string Name, object Value)[] values)
    {
        await using var command = Command(text, transaction, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
