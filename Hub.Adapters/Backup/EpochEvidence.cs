using System.Globalization;
using System.Text.Json;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Backup;

/// <summary>What is known of the log beyond a backup: checkpoints that somebody kept, and the keys to check them with.</summary>
internal sealed class EpochEvidence
{
    private readonly Dictionary<string, NoteVerifier> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Size, string Note)> _greatest = new(StringComparer.Ordinal);
    private int _newest;

    /// <summary>Adds the keys in a folder <c>public/</c>, which need not be there.</summary>
    internal void AddKeys(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder, "*.vkey")) AddKey(NoteVerifier.Parse(File.ReadAllText(file).Trim()));
    }

    internal void AddKey(NoteVerifier key)
    {
        _keys.TryAdd(key.Name, key);
        _newest = Math.Max(_newest, Number(key.Name));
    }

    /// <summary>Adds what a hub's folder remembers: its head file, and the database if it can still be read. What is damaged there is left out:
    /// it may be what the restoration is for.</summary>
    internal void AddFolder(string folder)
    {
        Try(() => AddKeys(Path.Combine(folder, "public")));
        foreach (var name in new[] { BackupNames.Database, BackupNames.Database + ".moved" })
            if (File.Exists(Path.Combine(folder, name))) Try(() => AddDatabase(Path.Combine(folder, name)));
        Try(() =>
        {
            if (new LogHeadFile(folder).Read() is { } head) AddNote(head.Note);
        });
    }

    private void AddDatabase(string path)
    {
        using var database = SnapshotDatabase.Open(path);
        foreach (var epoch in database.EndedEpochs())
        {
            AddKey(NoteVerifier.Parse(epoch.Key));
            AddNote(epoch.LastKnown);
        }

        if (database.Head() is { } newest) AddNote(newest.Note);
    }

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

    /// <summary>Adds a checkpoint, or a receipt for the checkpoint in it.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    internal void Add(string text)
    {
        AddNote(text.StartsWith("c2sp.org/tlog-proof", StringComparison.Ordinal) ? TlogProof.Parse(text).CheckpointNote : text);
    }

    /// <summary>The greatest checkpoint known that a key signed; null for none.</summary>
    internal string? Greatest(NoteVerifier key) => _greatest.TryGetValue(key.Name, out var known) && Checkpoint.Open(known.Note, key) is not null ? known.Note : null;

    /// <summary>Epochs that were opened after the one of a key, as far as their keys are known.</summary>
    internal IReadOnlyList<(NoteVerifier Key, string LastKnown)> After(NoteVerifier key) =>
        [.. _keys.Values.Where(other => Number(other.Name) > Number(key.Name)).OrderBy(static other => Number(other.Name))
            .Select(other => (Key: other, LastKnown: Greatest(other))).Where(static known => known.LastKnown is not null).Select(static known => (known.Key, known.LastKnown!))];

    /// <summary>The origin of the next epoch: <c>address/log/N</c>, one after all that are known.</summary>
    internal string Next(string origin)
    {
        var stem = origin[..(origin.LastIndexOf('/') + 1)];
        return $"{stem}{(Math.Max(_newest, Number(origin)) + 1).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The number at the end of an origin; 1 for an origin without.</summary>
    internal static int Number(string origin) =>
        int.TryParse(origin.AsSpan(origin.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;

    private void AddNote(string note)
    {
        var checkpoint = Checkpoint.Parse(SignedNote.UnverifiedText(note));
        _newest = Math.Max(_newest, Number(checkpoint.Origin));
        // With its key at hand a forged one is left out; without, it only keeps the number of its epoch from being given again.
        if (_keys.TryGetValue(checkpoint.Origin, out var key) && Checkpoint.Open(note, key) is null) return;
        if (!_greatest.TryGetValue(checkpoint.Origin, out var known) || known.Size < checkpoint.Size) _greatest[checkpoint.Origin] = (checkpoint.Size, note);
    }
}
