namespace Hub.Adapters.Stores.Relational;

/// <summary>Reads tiles of the log, all in one round trip.</summary>
internal static class TileRead
{
    internal static async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(ReadSession session, ReadSql sql, IReadOnlyList<(int Level, long Index)> tiles)
    {
        await using var batch = session.Connection.CreateBatch();
        foreach (var (level, index) in tiles)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql.Tile;
            command.Parameters.Add(session.Parameter("level", level));
            command.Parameters.Add(session.Parameter("index", index));
            batch.BatchCommands.Add(command);
        }

        var found = new ReadOnlyMemory<byte>[tiles.Count];
        await using var rows = await batch.ExecuteReaderAsync(session.Cancellation);
        for (var i = 0; i < found.Length; i++)
        {
            if (await rows.ReadAsync(session.Cancellation)) found[i] = rows.GetFieldValue<byte[]>(0);
            await rows.NextResultAsync(session.Cancellation);
        }

        return found;
    }
}
