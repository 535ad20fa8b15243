using System.Runtime.Versioning;

namespace Hub.IntegrationTests.Shim;

/// <summary>A data folder as a disk keeps it, grown from a copy of the folder and a <see cref="Journal"/>. As strict as POSIX lets a
/// disk be: a file's octets are there once the file was synced, its name once its folder was.</summary>
[SupportedOSPlatform("linux")]
internal sealed class Disk
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Dictionary<ulong, DiskFile> _byInode = [];
    private readonly Dictionary<string, DiskFile?> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DiskFile?> _seen;
    private readonly List<(int Record, string Folder, Action<Dictionary<string, DiskFile?>> Change)> _unsynced = [];
    private readonly Func<string, bool> _lies;

    /// <summary>A disk.</summary>
    /// <param name="folder">What it holds at first, all of it durable.</param>
    /// <param name="lies">Paths whose syncs it only pretends.</param>
    internal Disk(string folder, Func<string, bool>? lies = null)
    {
        _lies = lies ?? (static _ => false);
        foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)) _names[path[folder.Length..]] = null;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) _names[path[folder.Length..]] = new DiskFile(File.ReadAllBytes(path));
        _seen = new Dictionary<string, DiskFile?>(_names, StringComparer.Ordinal);
    }

    /// <summary>Goes on to a record, which is not taken any more.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="from">The first record to take.</param>
    /// <param name="until">The first that is not.</param>
    internal void Take(IReadOnlyList<Operation> journal, int from, int until)
    {
        for (var record = from; record < until; record++) Take(record, journal[record]);
    }

    /// <summary>Writes what is found when the power comes back.</summary>
    /// <param name="folder">Where; not there yet.</param>
    /// <param name="luck">Null: nothing that was not synced is there. Otherwise some of it is: any sectors, and names in the order in which they changed.</param>
    internal void AfterCut(string folder, Random? luck)
    {
        var names = new Dictionary<string, DiskFile?>(_names, StringComparer.Ordinal);
        foreach (var (_, _, change) in _unsynced.Take(luck?.Next(_unsynced.Count + 1) ?? 0)) change(names);
        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        foreach (var (path, file) in names.OrderBy(static name => name.Key, StringComparer.Ordinal))
        {
            var there = folder + path;
            if (!Directory.Exists(Path.GetDirectoryName(there))) continue;
            if (file is null)
            {
                Directory.CreateDirectory(there, Owner | UnixFileMode.UserExecute);
                continue;
            }

            File.WriteAllBytes(there, file.AfterCut(luck));
            File.SetUnixFileMode(there, Owner);
        }
    }

    private void Take(int record, Operation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.Bind:
                Bind(record, operation);
                break;
            case OperationKind.Write:
                _byInode[operation.Inode].Write(record, operation.Number, operation.First);
                break;
            case OperationKind.Size:
                _byInode[operation.Inode].Resize(record, operation.Number);
                break;
            case OperationKind.Sync when !_lies(operation.Path):
                if (operation.Inode != 0) _byInode[operation.Inode].Sync((int)operation.Number);
                else SyncNames(operation.Path, (int)operation.Number);
                break;
            case OperationKind.Rename:
                var moved = _seen[operation.Path];
                Change(record, operation.OtherPath, names =>
                {
                    names.Remove(operation.Path);
                    names[operation.OtherPath] = moved;
                });
                break;
            case OperationKind.Link:
                var linked = _seen[operation.Path];
                Change(record, operation.OtherPath, names => names[operation.OtherPath] = linked);
                break;
            case OperationKind.Mkdir:
                Change(record, operation.Path, names => names[operation.Path] = null);
                break;
            case OperationKind.Unlink or OperationKind.Rmdir:
                Change(record, operation.Path, names => names.Remove(operation.Path));
                break;
            case OperationKind.Unseen:
                throw new InvalidOperationException($"The hub does what the journal cannot follow: {operation.Path} of {operation.OtherPath}.");
            default:
                break;
        }
    }

    private void Bind(int record, Operation operation)
    {
        if (operation.Number == 0 && _seen.TryGetValue(operation.Path, out var known) && known is not null)
        {
            _byInode[operation.Inode] = known;
            return;
        }

        var made = new DiskFile([]);
        _byInode[operation.Inode] = made;
        Change(record, operation.Path, names => names[operation.Path] = made);
    }

    private void Change(int record, string path, Action<Dictionary<string, DiskFile?>> change)
    {
        change(_seen);
        _unsynced.Add((record, Path.GetDirectoryName(path)!.TrimEnd('/'), change));
    }

    private void SyncNames(string folder, int before)
    {
        foreach (var (_, _, change) in _unsynced.Where(name => name.Folder == folder && name.Record < before)) change(_names);
        _unsynced.RemoveAll(name => name.Folder == folder && name.Record < before);
    }
}
