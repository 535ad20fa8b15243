using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Stores.Sqlite;

// The database as of one instant, while the hub runs.
public sealed partial class SqliteHubStore
{
    /// <summary>Ends the name of an unfinished snapshot in the data folder; one that a kill left is deleted at the next start.</summary>
    internal const string SnapshotName = "hub.db.snapshot";

    /// <summary>Copies the database as of one commit into a new file of its own. Nobody waits for it: it reads pages as every reader does, and
    /// meanwhile the write-ahead log only grows, by what is committed until it ends.</summary>
    /// <param name="path">The file; one that is there is replaced. Only its owner may read it.</param>
    /// <exception cref="SqliteException">It could not be read or written.</exception>
    internal async Task SnapshotAsync(string path)
    {
        DeleteSnapshot(path);
        Files.DurableFile.Write(path, [], Files.DurableFile.OwnerOnlyFile, overwrite: false);
        using var held = _wal!.HoldSnapshot();
        // A thread of its own: copying takes seconds and would keep one of the pool's from work that answers callers.
        await Task.Factory.StartNew(() => CopyTo(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Deletes a snapshot, or what is there of one.</summary>
    internal static void DeleteSnapshot(string path)
    {
        foreach (var suffix in new[] { "", "-journal", "-wal", "-shm" }) File.Delete(path + suffix);
    }

    private void CopyTo(string path)
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabasePath, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        source.Open();
        target.Open();
        source.BackupDatabase(target);
        using var command = target.CreateCommand();
        command.CommandText = SqliteSql.OneFile;
        command.ExecuteNonQuery();
    }
}
