using System.Text;
using Hub.Adapters.Stores.Files;

namespace Hub.Adapters.Stores.Copying;

/// <summary>Marks a data folder whose hub was moved into a database: <c>hub.db</c> becomes <c>hub.db.moved</c>, and <c>moved</c> says where it
/// went. No program starts it by mistake, not even one that knows nothing of marks: it misses the database that <c>log.head</c> demands.</summary>
public static class MovedMark
{
    private const string Name = "moved";
    private const string Database = "hub.db";
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    /// <summary>Where the hub of a folder went, as a sentence; null when it was not moved.</summary>
    public static string? Find(string folder)
    {
        var path = Path.Combine(folder, Name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <summary>Marks a folder; safe to call again.</summary>
    public static void Set(string folder, string sentence)
    {
        OwnerFile.Write(Path.Combine(folder, Name), Encoding.UTF8.GetBytes(sentence + "\n"));
        Rename(folder, "", ".moved");
    }

    /// <summary>Takes the mark away, so that the hub may start on SQLite again. What its database accepted since is not in there; a node
    /// that ran on this folder since has left a <c>log.head</c> that refuses the start.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(string folder)
    {
        if (Find(folder) is null) return false;
        Rename(folder, ".moved", "");
        File.Delete(Path.Combine(folder, Name));
        return true;
    }

    private static void Rename(string folder, string from, string to)
    {
        foreach (var suffix in Suffixes)
        {
            var file = Path.Combine(folder, Database + suffix);
            var (old, fresh) = (file + from, file + to);
            if (File.Exists(old) && !File.Exists(fresh)) File.Move(old, fresh);
        }
    }
}
