using System.Globalization;
using System.Text;

namespace Hub.Adapters.Stores.Files;

/// <summary>Where a log stands.</summary>
/// <param name="Size">Entries.</param>
/// <param name="Note">The signed checkpoint of that size.</param>
internal sealed record LogHead(long Size, string Note);

/// <summary><c>log.head</c>: where the log stood a few seconds ago or at the last stop, beside the database and apart from it.
/// An older database under a newer one of these was restored: writing on would contradict receipts already given.</summary>
/// <remarks>Failure policy: replaced whole and durable, after the commit that it tells of; a crash leaves an older one, which
/// asks less. Thread-safe.</remarks>
internal sealed class LogHeadFile(string folder)
{
    internal const string Name = "log.head";

    private const string Contradiction =
        "an older copy was restored: its log would contradict receipts already given. Put back the newest copy of the whole folder "
        + "(đã khôi phục bản sao cũ: nhật ký của nó sẽ mâu thuẫn với biên nhận đã cấp; hãy đặt lại bản sao mới nhất của cả thư mục).";

    private readonly Lock _gate = new();
    private readonly string _path = Path.Combine(folder, Name);
    private long _written = -1;

    /// <exception cref="InvalidDataException">There was a log here, but its database is gone.</exception>
    internal static void CheckStoreExists(string folder, string database)
    {
        if (File.Exists(Path.Combine(folder, Name)) && !File.Exists(database))
            throw new InvalidDataException($"'{folder}' has {Name} but no '{Path.GetFileName(database)}': {Contradiction}");
    }

    /// <summary>What it says; null when there is no file.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal LogHead? Read()
    {
        if (!File.Exists(_path)) return null;
        var text = File.ReadAllText(_path);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return end >= 0 && long.TryParse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? new LogHead(size, text[(end + 1)..])
            : throw new InvalidDataException($"'{_path}' is damaged: its first line is not a number of entries. Put back the copy that belongs to this database.");
    }

    /// <param name="known">What the file says.</param>
    /// <param name="newest">The newest checkpoint of the store, if it has one.</param>
    /// <param name="ofSize">The store's checkpoint of the size that the file says.</param>
    /// <param name="contradiction">What happened, and what to do.</param>
    /// <exception cref="InvalidDataException">The store's log is shorter than the file says, or another one.</exception>
    internal static void Check(LogHead known, LogHead? newest, LogHead? ofSize, string contradiction = Contradiction)
    {
        if ((newest?.Size ?? 0) < known.Size)
            throw new InvalidDataException($"The database's log has {newest?.Size ?? 0} entries, {Name} says {known.Size}: {contradiction}");
        if (ofSize?.Note != known.Note)
            throw new InvalidDataException($"The database's log has another checkpoint of size {known.Size} than {Name}: {contradiction}");
    }

    /// <summary>Writes the head, if it moved.</summary>
    internal void Write(Func<LogHead?> read)
    {
        lock (_gate)
        {
            if (read() is not { } head || head.Size == _written) return;
            DurableFile.Write(_path, Encoding.UTF8.GetBytes($"{head.Size.ToString(CultureInfo.InvariantCulture)}\n{head.Note}"), DurableFile.OwnerOnlyFile, overwrite: true);
            _written = head.Size;
        }
    }
}
