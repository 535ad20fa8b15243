using System.Text.Json;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Backup;

/// <summary>Collects what is known of the log beyond a backup: checkpoints that somebody kept, and the keys to check them with. Nothing is
/// believed before <see cref="KnownEpochs.Judge"/> has compared it.</summary>
internal sealed class EpochEvidence
{
    private readonly List<(NoteVerifier Key, string From)> _keys = [];
    private readonly List<EpochNote> _notes = [];
    private readonly List<string> _origins = [];

    internal IReadOnlyList<(NoteVerifier Key, string From)> Keys => _keys;

    internal IReadOnlyList<EpochNote> Notes => _notes;

    /// <summary>Origins that a folder's <c>hub.json</c> says it had.</summary>
    internal IReadOnlyList<string> Origins => _origins;

    /// <summary>Adds the keys in a folder, which need not be there. One that cannot be read is left out.</summary>
    internal void AddKeys(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, "*.vkey")) Try(() => _keys.Add((NoteVerifier.Parse(File.ReadAllText(file).Trim()), file)));
    }

    /// <summary>Adds what a hub's folder remembers: who it was, its keys, its head file, and the database if it can still be read. What is damaged
    /// there is left out: it may be what the restoration is for.</summary>
    internal void AddFolder(string folder)
    {
        Try(() => AddKeys(Path.Combine(folder, "public")));
        foreach (var name in new[] { BackupNames.Database, BackupNames.Database + ".moved" })
            if (File.Exists(Path.Combine(folder, name))) Try(() => AddDatabase(Path.Combine(folder, name)));
        Try(() =>
        {
            if (new LogHeadFile(folder).Read() is { } head) AddNote(head.Note, Path.Combine(folder, LogHeadFile.Name), shown: false);
        });
        Try(() =>
        {
            if (File.Exists(Path.Combine(folder, HubIdentity.Name)) && HubIdentity.Find(folder) is { } identity) _origins.Add(identity.Origin);
        });
    }

    /// <summary>Adds what somebody shows: a checkpoint, or a receipt for the checkpoint in it.</summary>
    /// <exception cref="FormatException">The file is neither.</exception>
    internal void AddShown(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            AddNote(text.StartsWith("c2sp.org/tlog-proof", StringComparison.Ordinal) ? TlogProof.Parse(text).CheckpointNote : text, file, shown: true);
        }
        catch (FormatException neither)
        {
            throw new FormatException($"'{file}' is neither a checkpoint nor a receipt. {neither.Message}", neither);
        }
    }

    private void AddDatabase(string path)
    {
        using var database = SnapshotDatabase.Open(path);
        foreach (var epoch in database.EndedEpochs())
        {
            _keys.Add((NoteVerifier.Parse(epoch.Key), path));
            if (epoch.LastKnown is { } known) AddNote(known, path, shown: false);
        }

        if (database.Head() is { } newest) AddNote(newest.Note, path, shown: false);
    }

    private void AddNote(string note, string from, bool shown) => _notes.Add(new EpochNote(Checkpoint.Parse(SignedNote.UnverifiedText(note)), note, from, shown));

    private static void Try(Action add)
    {
        try
        {
            add();
        }
        catch (Exception damaged) when (damaged is InvalidDataException or FormatException or IOException or UnauthorizedAccessException or JsonException or StoreFailedException or SqliteException)
        {
            // The other places may say as much.
        }
    }
}

/// <summary>A checkpoint that was found or shown; not verified.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Note">The signed note.</param>
/// <param name="From">The file it is from.</param>
/// <param name="Shown">Whether somebody shows it, or it was found.</param>
internal sealed record EpochNote(Checkpoint Checkpoint, string Note, string From, bool Shown);
