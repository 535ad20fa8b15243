using System.Data.Common;
using Hub.Adapters.Stores.Uploads;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>The statements of the store of uploads on a connection on loan.</summary>
internal sealed class UploadSession(DbConnection connection, UploadSql sql, UploadSession.IParameters parameters, CancellationToken cancellationToken) : IAsyncDisposable
{
    /// <summary>Makes a parameter for one value.</summary>
    internal interface IParameters
    {
        DbParameter Make<T>(string name, T value);
    }

    private DbTransaction? _transaction;

    /// <summary>Begins the one transaction of this session, with which it ends.</summary>
    internal async ValueTask<DbTransaction> BeginAsync() => _transaction = await connection.BeginTransactionAsync(cancellationToken);

    internal Task LockOwnerAsync(string owner) => RunAsync(Batch(sql.LockOwner, P("owner", owner)));

    internal async ValueTask<UploadRow?> FindAsync(UploadName upload)
    {
        await using var batch = Batch(sql.Find, P("owner", upload.Owner.ToString()), P("sha256", Convert.FromHexString(upload.Sha256)));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? UploadRow.Read(rows) : null;
    }

    internal async ValueTask<(int Unfinished, int Unnamed, long Bytes)> CountAsync(string owner)
    {
        await using var batch = Batch(sql.Count, P("owner", owner));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return (rows.GetInt32(0), rows.GetInt32(1), rows.GetInt64(2));
    }

    internal Task InsertAsync(UploadName upload, long size, byte[] dataKey, DateTimeOffset now) => RunAsync(
        Batch(sql.Insert, P("owner", upload.Owner.ToString()), P("sha256", Convert.FromHexString(upload.Sha256)), P("size", size), P("data_key", dataKey), P("now", now)));

    /// <summary>Writes a chunk that stands at an offset; false when somebody else appended there, or the upload is gone.</summary>
    internal async ValueTask<bool> AppendAsync(long upload, long offset, long received, DateTimeOffset now, int place, ArraySegment<byte> octets)
    {
        await using var batch = Batch(sql.Relax);
        Add(batch, sql.Append, P("num", upload), P("before", offset), P("received", received), P("now", now), P("place", place), P("octets", octets));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return batch.BatchCommands[1].RecordsAffected == 1;
    }

    internal async ValueTask<bool> CompleteAsync(long upload, DateTimeOffset now)
    {
        await using var batch = Batch(sql.Complete, P("num", upload), P("now", now));
        return await batch.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Reads a chunk and opens it; the number of its bytes, 0 when there is none, −1 when it is damaged.</summary>
    internal async ValueTask<int> ReadChunkAsync(long upload, int place, UploadCipher cipher, Memory<byte> content)
    {
        await using var batch = Batch(sql.ReadChunk, P("num", upload), P("place", place));
        return await batch.ExecuteScalarAsync(cancellationToken) is byte[] octets ? cipher.Open(place, octets, content.Span) : 0;
    }

    internal async Task DeleteAsync(long upload)
    {
        await using var batch = Batch(sql.Delete, P("num", upload));
        Add(batch, sql.DeleteChunks, P("num", upload));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Unfinished uploads that nobody touched since an instant, each deleted unless somebody touched it meanwhile.</summary>
    internal async Task DropAbandonedAsync(string? owner, DateTimeOffset before)
    {
        var found = new List<long>();
        await using (var batch = Batch(sql.Abandoned, P("owner", owner), P("before", before)))
        {
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) found.Add(rows.GetInt64(0));
        }

        foreach (var upload in found)
        {
            await using var deleting = Batch(sql.DeleteAbandoned, P("num", upload), P("before", before));
            if (await deleting.ExecuteNonQueryAsync(cancellationToken) == 1) await RunAsync(Batch(sql.DeleteChunks, P("num", upload)));
        }
    }

    internal Task KeepAsync(UploadName upload) => RunAsync(Batch(sql.Keep, P("owner", upload.Owner.ToString()), P("sha256", Convert.FromHexString(upload.Sha256))));

    internal async ValueTask<IReadOnlyList<UploadName>> ListUnnamedAsync(DateTimeOffset before)
    {
        var found = new List<UploadName>();
        await using var batch = Batch(sql.Unnamed, P("before", before));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(new UploadName(Names.System(rows.GetString(0)), Convert.ToHexStringLower(rows.GetFieldValue<byte[]>(1))));
        return found;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static void Add(DbBatch batch, string text, params ReadOnlySpan<DbParameter> values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        foreach (var value in values) command.Parameters.Add(value);
        batch.BatchCommands.Add(command);
    }

    private DbParameter P<T>(string name, T value) => parameters.Make(name, value);

    private DbBatch Batch(string text, params ReadOnlySpan<DbParameter> values)
    {
        var batch = connection.CreateBatch();
        batch.Transaction = _transaction;
        Add(batch, text, values);
        return batch;
    }

    private async Task RunAsync(DbBatch batch)
    {
        await using (batch) await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
