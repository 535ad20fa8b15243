using System.Security.Cryptography;
using Hub.Adapters.Stores.Bodies;
using Hub.Contracts.Trail;
using Hub.Core.Trail;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Whether what a database holds after a copy is what was copied. It reads everything back from there.</summary>
internal sealed class CopyVerification(CopySource source, CopyTarget target, IHubKeys keys, CopyClock clock)
{
    /// <summary>As many rows in each table as in the source.</summary>
    /// <exception cref="InvalidDataException">There are not.</exception>
    internal async Task CountsAsync(IReadOnlyDictionary<string, long> expected, CancellationToken cancellationToken)
    {
        clock.Enter("counting", 0);
        foreach (var (table, rows) in expected)
        {
            if (await target.ScalarAsync(target.Sql.Count(table), cancellationToken) is not long there || there != rows)
                throw Wrong($"table '{table}' has not the {rows} rows that were in the source");
        }
    }

    /// <summary>Every body (or one of so many) opens with the hub's key and has the SHA-256 of its message.</summary>
    internal async Task<long> BodiesAsync(int apart, CancellationToken cancellationToken)
    {
        clock.Enter("verifying bodies", 0);
        var opened = 0L;
        await using var command = target.Command(target.Sql.Bodies, null, ("apart", (long)apart));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (key, sha256) = (rows.GetFieldValue<byte[]>(0), rows.GetFieldValue<byte[]>(1));
            if (await rows.IsDBNullAsync(3, cancellationToken) || !Opens(key, sha256, rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<byte[]>(3)))
                throw Wrong($"the body of message {Convert.ToHexStringLower(key)} is not the one that was accepted");
            opened++;
            clock.Add(0, rows.GetFieldValue<byte[]>(3).Length);
        }

        return opened;
    }

    /// <summary>The entries, hashed anew, and the tiles both lead to the checkpoint's root, and the hub's key signed it.</summary>
    /// <returns>The time of the last entry.</returns>
    internal async Task<DateTimeOffset> LogAsync(string note, CancellationToken cancellationToken)
    {
        clock.Enter("verifying the log", 0);
        var checkpoint = Checkpoint.Open(note, keys.LogVerifier) ?? throw Wrong("the newest checkpoint is not signed by this hub's log key");
        if (await target.ScalarAsync(target.Sql.Newest, cancellationToken) as string != note) throw Wrong("the newest checkpoint is another one");
        var (tree, last) = await HashAsync(cancellationToken);
        if (tree.Size != checkpoint.Size || !checkpoint.Root.Span.SequenceEqual(tree.Root())) throw Wrong($"the entries do not lead to the checkpoint of size {checkpoint.Size}");
        await TilesAsync(cancellationToken);
        var edge = await PostgreSql.EdgeRoot.ComputeAsync(checkpoint.Size, (level, index) => StoreCheck.TileAsync(target.Connection, target.Sql.Tile, level, index, cancellationToken));
        return edge is not null && checkpoint.Root.Span.SequenceEqual(edge) ? last : throw Wrong("the tiles do not lead to the checkpoint");
    }

    private async Task<(TreeFrontier Tree, DateTimeOffset Last)> HashAsync(CancellationToken cancellationToken)
    {
        var tree = new TreeFrontier();
        byte[]? header = null;
        await using var command = target.Command(target.Sql.Entries, null);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (rows.GetInt64(0) != tree.Size) throw Wrong($"entry {tree.Size} of the log is missing");
            tree.Add(header = rows.GetFieldValue<byte[]>(1));
        }

        return (tree, header is null ? DateTimeOffset.MinValue : EntryHeader.Parse(header).Time);
    }

    /// <summary>Tiles are served to auditors as they are: each is the source's, octet by octet.</summary>
    private async Task TilesAsync(CancellationToken cancellationToken)
    {
        using var there = source.Rows(CopyTables.All.Single(static t => t.Name == "tile"), -1);
        await using var command = target.Command(target.Sql.Tiles, null);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (!there.Read() || there.GetInt32(0) != rows.GetInt32(0) || there.GetInt64(1) != rows.GetInt64(1) || !there.GetFieldValue<byte[]>(2).AsSpan().SequenceEqual(rows.GetFieldValue<byte[]>(2)))
                throw Wrong($"tile {rows.GetInt32(0)}/{rows.GetInt64(1)} is not the source's");
        }
    }

    private bool Opens(byte[] key, byte[] sha256, byte[] wrapped, byte[] record)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        if (record.Length < BodyRecord.Overhead || !KeyWrap.TryUnwrap(keys.DataKey.Span, key, wrapped, dataKey)) return false;
        var octets = new byte[record.Length - BodyRecord.Overhead];
        return BodyRecord.TryOpen(dataKey, key, record, octets) && SHA256.HashData(octets).AsSpan().SequenceEqual(sha256);
    }

    private static InvalidDataException Wrong(string what) =>
        new($"The copy is not what was copied: {what}. The source is untouched and still the hub; drop the database, make it anew, and copy again.");
}
