using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Hub.Adapters.Stores.Copying;

/// <summary>A stopped hub on SQLite, read table by table. The caller holds the data folder's lock.</summary>
internal sealed class CopySource : IDisposable
{
    private readonly SqliteConnection _rows;
    private readonly SegmentFolder _segments;
    private (int Number, SafeFileHandle Handle)? _open;

    private CopySource(string folder)
    {
        Folder = folder;
        _rows = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "hub.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        _rows.Open();
        _segments = new SegmentFolder(Path.Combine(folder, "bodies"));
    }

    internal string Folder { get; }

    /// <summary>Opens a data folder as a hub would once more: what a crash left is put in order, its schema is the newest, and it is
    /// no older copy.</summary>
    /// <exception cref="InvalidDataException">A hub could not start on it either.</exception>
    internal static async Task<CopySource> OpenAsync(string folder, IHubKeys keys, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using (var store = new SqliteHubStore(new HubSettings { DataDirectory = folder }, keys, clock, NullLogger<SqliteHubStore>.Instance))
            await store.OpenAsync(cancellationToken);
        return new CopySource(folder);
    }

    internal SqliteDataReader Rows(CopyTable table, long after)
    {
        // Disposing of the command would close its reader; both end with the connection.
        var command = _rows.CreateCommand();
        command.CommandText = table.Select;
        if (table.Key is not null) command.Parameters.Add(new SqliteParameter("?1", after));
        return command.ExecuteReader();
    }

    internal long Count(string text)
    {
        using var command = _rows.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar() is long count ? count : 0;
    }

    /// <summary>The newest checkpoint; null when the log is empty.</summary>
    internal string? Checkpoint()
    {
        using var command = _rows.CreateCommand();
        command.CommandText = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1";
        return (string?)command.ExecuteScalar();
    }

    /// <summary>Complete uploads: those that messages name, and those that none names yet.</summary>
    internal List<(UploadName Name, bool Named)> Uploads()
    {
        List<(UploadName, bool)> found = [];
        using var command = _rows.CreateCommand();
        command.CommandText = "SELECT DISTINCT (SELECT text FROM name WHERE name.id = sender), sha256 FROM message_upload WHERE erased = 0 ORDER BY 1, 2";
        using (var rows = command.ExecuteReader())
            while (rows.Read()) found.Add((new UploadName(new Name(rows.GetString(0)).System, Digests.Write(rows.GetFieldValue<byte[]>(1))), true));
        var named = found.Select(static f => f.Item1).ToHashSet();
        found.AddRange(UnnamedUploads.List(Path.Combine(Folder, "uploads"), DateTimeOffset.MaxValue).Where(u => !named.Contains(u)).Select(static u => (u, false)));
        return found;
    }

    /// <summary>The sealed record of a body as it lies on disk. Bodies are read in the order in which they were written.</summary>
    /// <exception cref="InvalidDataException">It is cut short or missing.</exception>
    internal byte[] Body(int segment, long offset, int length)
    {
        if (_open?.Number != segment)
        {
            _open?.Handle.Dispose();
            _open = (segment, _segments.OpenRead(segment));
        }

        var record = new byte[length + BodyRecord.Overhead];
        var filled = 0;
        while (filled < record.Length)
        {
            var read = RandomAccess.Read(_open.Value.Handle, record.AsSpan(filled), offset + filled);
            if (read == 0) throw new InvalidDataException($"A body in '{_segments.FileOf(segment)}' at {offset} is cut short. Restore that file from a backup.");
            filled += read;
        }

        return record;
    }

    public void Dispose()
    {
        _open?.Handle.Dispose();
        _segments.Dispose();
        _rows.Dispose();
    }
}
