using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage;

/// <summary>A hub's data folder with keys, and stores over it.</summary>
internal sealed class DataFolder : IDisposable
{
    // One set for all tests, in memory only: making and syncing key files takes longer than most tests.
    private static readonly Lazy<FileHubKeys> SharedKeys = new(() =>
    {
        using var folder = new TemporaryFolder();
        return FileHubKeys.OpenOrCreate(folder.Path, SystemAddress.Parse("Z99/hub"));
    });

    private readonly TemporaryFolder _folder = new();

    internal string Path => _folder.Path;

    internal string BodiesPath => System.IO.Path.Combine(Path, "bodies");

    internal string SegmentPath(int segment) => System.IO.Path.Combine(BodiesPath, $"{segment:d8}.seg");

    internal static FileHubKeys Keys => SharedKeys.Value;

    internal SqliteHubStore CreateStore(long segmentBytes = BodyWriter.DefaultSegmentBytes, WalLimits? limits = null, int mostScanned = 20_000) =>
        new(new HubSettings { DataDirectory = Path }, Keys, TimeProvider.System, NullLogger<SqliteHubStore>.Instance)
        {
            SegmentBytes = segmentBytes,
            WalLimits = limits ?? new WalLimits(),
            MostScanned = mostScanned,
        };

    /// <summary>Writes the registry of a hub from before objects were kept one by one; the store may be open.</summary>
    internal void PutDocument(long version, string document)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={System.IO.Path.Combine(Path, "hub.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO registry (version, document) VALUES ($version, $document)";
        command.Parameters.AddWithValue("$version", version);
        command.Parameters.AddWithValue("$document", document);
        command.ExecuteNonQuery();
    }

    /// <summary>The folder as a crash at this instant would leave it (what was written, synced or not, in file order).</summary>
    internal DataFolder CopyAsCrashed()
    {
        var copy = new DataFolder();
        foreach (var file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            if (System.IO.Path.GetFileName(file) is "hub.db-shm" or "lock") continue;
            var target = System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var to = new FileStream(target, FileMode.Create);
            from.CopyTo(to);
        }

        return copy;
    }

    public void Dispose() => _folder.Dispose();
}
