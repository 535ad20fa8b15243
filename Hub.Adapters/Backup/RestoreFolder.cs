using Hub.Adapters.Stores.Copying;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Backup;

/// <summary>The data folder of a restoration: what was there is put aside, what a restoration that was interrupted left is thrown away.</summary>
/// <param name="Path">The data folder.</param>
/// <param name="Aside">Where the hub that was there is now; null when there was none.</param>
internal sealed record RestoreFolder(string Path, string? Aside)
{
    private const string AsidePrefix = "before-";
    // What a file system keeps in its root was there before any hub.
    private static readonly string[] Staying = [RestoreMark.Name, "hub.lock", WorkName, "lost+found"];

    /// <summary>Where the backup's database is looked at before anything is changed.</summary>
    internal const string WorkName = "restore.work";

    /// <summary>Refuses a folder that holds a hub, unless that one may be put aside, and files to be read that lie in what would be put aside.
    /// Changes nothing.</summary>
    /// <param name="path">The data folder.</param>
    /// <param name="instead">Whether what is in it may be put aside.</param>
    /// <param name="inputs">Files and folders that the restoration reads.</param>
    /// <exception cref="ProblemException"><c>invalid-request</c>.</exception>
    internal static void Check(string path, bool instead, IEnumerable<string> inputs)
    {
        var data = RealPath.Of(path) + System.IO.Path.DirectorySeparatorChar;
        foreach (var input in inputs)
        {
            var real = RealPath.Of(input) + System.IO.Path.DirectorySeparatorChar;
            if (real.StartsWith(data, StringComparison.Ordinal) && !real[data.Length..].StartsWith(AsidePrefix, StringComparison.Ordinal))
                throw ProblemCode.InvalidRequest.With($"'{input}' lies in the data folder '{path}', which is cleared to restore into it. Copy it elsewhere and name the copy.");
        }

        if (instead || RestoreMark.Read(path) is not null || !HoldsSomething(path)) return;
        throw ProblemCode.InvalidRequest.With($"'{path}' is not empty. Name an empty folder, or say --instead to put what is there aside within it.");
    }

    /// <summary>Where the hub that is or was in the folder lies now: in both places when putting it aside was interrupted.</summary>
    internal static IReadOnlyList<string> OldPlaces(string path) => RestoreMark.Read(path) switch
    {
        null => [path],
        { Aside: null } => [],
        { Stage: RestoreStage.PuttingAside, Aside: { } aside } => [path, System.IO.Path.Combine(path, aside)],
        { Aside: { } aside } => [System.IO.Path.Combine(path, aside)],
    };

    /// <summary>Makes room, from wherever an earlier try was interrupted.</summary>
    /// <param name="path">The data folder.</param>
    /// <param name="now">Names the folder put aside.</param>
    internal static RestoreFolder Prepare(string path, DateTimeOffset now)
    {
        DurableFile.CreateFolder(path);
        var mark = RestoreMark.Read(path) ?? new RestoreMark(RestoreStage.PuttingAside, HoldsSomething(path) ? $"{AsidePrefix}{now:yyyyMMdd'T'HHmmss'Z'}" : null);
        mark.Write(path);
        var aside = mark.Aside is null ? null : System.IO.Path.Combine(path, mark.Aside);
        if (mark.Stage == RestoreStage.PuttingAside && aside is not null)
        {
            DurableFile.CreateFolder(aside);
            foreach (var entry in Movable(path)) Directory.Move(entry, System.IO.Path.Combine(aside, System.IO.Path.GetFileName(entry)));
            DurableFile.SyncFolder(aside);
            DurableFile.SyncFolder(path);
        }

        (mark with { Stage = RestoreStage.Writing }).Write(path);
        foreach (var entry in Movable(path))
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }

        return new RestoreFolder(path, aside);
    }

    /// <summary>Ends the restoration: the hub that was put aside can neither be started nor sign any more, and the mark goes.</summary>
    internal void Finish(string sentence)
    {
        if (Aside is not null)
        {
            var keys = System.IO.Path.Combine(Aside, "keys");
            File.Delete(System.IO.Path.Combine(keys, "log.pem"));
            if (Directory.Exists(keys)) DurableFile.SyncFolder(keys);
            MovedMark.Set(Aside, sentence);
        }

        RestoreMark.Remove(Path);
    }

    internal string Of(string name) => System.IO.Path.Combine(Path, name);

    private static bool HoldsSomething(string path) => Directory.Exists(path) && Movable(path).Count > 0;

    private static List<string> Movable(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path).Where(static entry => System.IO.Path.GetFileName(entry) is var name
            && !Staying.Contains(name) && !name.StartsWith(RestoreMark.Name, StringComparison.Ordinal) && !name.StartsWith(AsidePrefix, StringComparison.Ordinal))];
}
