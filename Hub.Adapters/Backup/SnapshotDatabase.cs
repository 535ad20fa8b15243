using System.Security.Cryptography;
using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Trail;
using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Backup;

/// <summary>A database that no hub uses now: a snapshot, or that of a stopped hub. Read only; not thread-safe.</summary>
internal sealed class SnapshotDatabase : IDisposable
{
    private readonly SqliteSession _session;

    private SnapshotDatabase(string path) => _session = new SqliteSession(path, SqliteSql.ReaderPragmas, new NameTable());

    /// <exception cref="InvalidDataException">It is no database.</exception>
    internal static SnapshotDatabase Open(string path)
    {
        try
        {
            return new SnapshotDatabase(path);
        }
        catch (SqliteException unreadable)
        {
            throw new InvalidDataException($"'{path}' cannot be read as a database: {unreadable.Message}", unreadable);
        }
    }

    internal LogHead? Head()
    {
        var query = _session.Use(SqliteSql.NewestHead);
        using var rows = query.Rows();
        return query.Step() ? new LogHead(query.Int(0), query.Text(1)) : null;
    }

    /// <summary>Epochs of its log that have ended.</summary>
    internal IReadOnlyList<EndedEpoch> EndedEpochs() => LogEpochs.Parse(_session.ReadAppState(LogEpochs.Place, LogEpochs.Key));

    internal BodyLocation? LastBody()
    {
        var query = _session.Use(SqliteSql.LastBody);
        using var rows = query.Rows();
        return query.Step() ? new BodyLocation((int)query.Int(0), query.Int(1), (int)query.Int(2)) : null;
    }

    internal IEnumerable<(SystemAddress Owner, string Sha256)> NamedUploads()
    {
        var query = _session.Use(SqliteSql.NamedUploads);
        List<(SystemAddress, string)> uploads = [];
        using (query.Rows())
        {
            while (query.Step()) uploads.Add((SystemAddress.Parse(query.Text(0)), Convert.ToHexStringLower(query.Blob(1))));
        }

        return uploads;
    }

    /// <summary>Bodies that were not erased.</summary>
    internal long CountBodies() => _session.Use(SqliteSql.Bodies).Scalar() ?? 0;

    internal byte[]? Tile(int level, long index) => _session.ReadTile(level, index) is { Length: > 0 } hashes ? hashes.ToArray() : null;

    /// <summary>What is wrong with the database's pages and indexes; null for nothing.</summary>
    internal string? Damage()
    {
        var query = _session.Use(SqliteSql.IntegrityCheck);
        using var rows = query.Rows();
        return query.Step() && query.Text(0) == "ok" ? null : query.Text(0);
    }

    /// <summary>Hashes the entries anew; also what each commits to, unless it was erased.</summary>
    /// <param name="each">Is shown the tree of every size from 0 on.</param>
    /// <returns>The root; and the first entry whose body is not what it commits to.</returns>
    internal (long Size, byte[] Root, long? Uncommitted) HashLog(Action<Stores.Copying.TreeFrontier> each)
    {
        var tree = new Stores.Copying.TreeFrontier();
        long? uncommitted = null;
        each(tree);
        var query = _session.Use(SqliteSql.AllEntries);
        using var rows = query.Rows();
        while (query.Step())
        {
            if (!query.IsNull(1) && !query.IsNull(2) && !EntryHeader.Parse(query.Blob(0)).Commitment.Span.SequenceEqual(SHA256.HashData([.. query.Blob(1), .. query.Blob(2)])))
                uncommitted ??= tree.Size;
            tree.Add(query.Blob(0));
            each(tree);
        }

        return (tree.Size, tree.Root(), uncommitted);
    }

    /// <summary>Bodies of a segment, as they lie in it.</summary>
    internal IEnumerable<StoredBody> BodiesOf(int segment)
    {
        var query = new Statement(_session.Connection.Handle!, SqliteSql.BodiesOfSegment);
        try
        {
            query.Bind(segment);
            while (query.Step())
                yield return new StoredBody(query.Blob(0).ToArray(), query.Blob(1).ToArray(), new BodyLocation(segment, query.Int(2), (int)query.Int(3)), query.IsNull(4) ? null : query.Blob(4).ToArray());
        }
        finally
        {
            query.Dispose();
        }
    }

    public void Dispose() => _session.Dispose();
}

/// <summary>A body that a database refers to.</summary>
/// <param name="Key">The message's key.</param>
/// <param name="Sha256">Digest of the octets.</param>
/// <param name="Location">Where it lies.</param>
/// <param name="WrappedKey">Its data key; null once erased.</param>
internal sealed record StoredBody(byte[] Key, byte[] Sha256, BodyLocation Location, byte[]? WrappedKey);
