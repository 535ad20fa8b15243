using System.Globalization;
using Hub.Contracts.Trail;

namespace Hub.Adapters.Backup;

/// <summary>The epochs of a hub's log, out of all evidence: what is known of the one restored, of those after it, and the next one's number.</summary>
internal sealed class KnownEpochs
{
    /// <summary>The greatest number of an epoch; no hub is restored so often, and a note that says more steers the count.</summary>
    internal const int MaxNumber = 1_000_000;

    private readonly Dictionary<string, NoteVerifier> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EpochNote> _greatest = new(StringComparer.Ordinal);
    private readonly NoteVerifier _old;
    private int _newest;

    private KnownEpochs(NoteVerifier old)
    {
        _old = old;
        _keys.Add(old.Name, old);
        _newest = Number(old.Name);
    }

    /// <summary>The greatest checkpoint known of the epoch restored; null for none.</summary>
    internal string? Greatest => Of(_old);

    /// <summary>Epochs that were opened after the one restored, with the greatest checkpoint known of each.</summary>
    internal IReadOnlyList<(NoteVerifier Key, string? LastKnown)> After =>
        [.. _keys.Values.Where(other => Number(other.Name) > Number(_old.Name)).OrderBy(static other => Number(other.Name)).Select(other => (other, Of(other)))];

    /// <summary>The origin of the next epoch: <c>address/log/N</c>, one after all that are known.</summary>
    internal string Next => $"{Stem(_old.Name)}{(_newest + 1).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Judges the evidence by the key of the backup's own epoch.</summary>
    /// <exception cref="InvalidDataException">Two keys or two histories under one origin; a checkpoint that its origin's key did not sign; or one that was
    /// shown and is of another log.</exception>
    internal static KnownEpochs Judge(EpochEvidence evidence, NoteVerifier old)
    {
        if (Number(old.Name) > MaxNumber) throw new InvalidDataException($"The origin '{old.Name}' in the backup names no epoch: the number is at most {MaxNumber}.");
        var known = new KnownEpochs(old);
        foreach (var (key, from) in evidence.Keys) known.AddKey(key, from);
        foreach (var origin in evidence.Origins) known.Count(origin);
        foreach (var note in evidence.Notes) known.AddNote(note);
        return known;
    }

    /// <summary>The number at the end of an origin; 1 for an origin without; one too many for what is no number of an epoch.</summary>
    internal static int Number(string origin)
    {
        var last = origin.AsSpan(origin.LastIndexOf('/') + 1);
        if (last.IsEmpty || last.ContainsAnyExceptInRange('0', '9')) return 1;
        return int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, MaxNumber + 1) : MaxNumber + 1;
    }

    private static string Stem(string origin) => origin[..(origin.LastIndexOf('/') + 1)];

    private bool IsOfThisHub(string origin) => Stem(origin) == Stem(_old.Name) && Number(origin) <= MaxNumber;

    private void Count(string origin)
    {
        if (IsOfThisHub(origin)) _newest = Math.Max(_newest, Number(origin));
    }

    private void AddKey(NoteVerifier key, string from)
    {
        if (!IsOfThisHub(key.Name)) return;
        Count(key.Name);
        if (!_keys.TryAdd(key.Name, key) && _keys[key.Name].ToString() != key.ToString())
            throw new InvalidDataException($"'{from}' holds another key of the log '{key.Name}' than the backup{(key.Name == _old.Name ? "" : " or another file")}: {key}. Either the backup is forged, or there were two histories under one name. Find out which one the partners' receipts belong to; if it is the backup's, restore into an empty folder.");
    }

    private void AddNote(EpochNote note)
    {
        var origin = note.Checkpoint.Origin;
        if (!IsOfThisHub(origin))
        {
            if (!note.Shown) return;
            throw new InvalidDataException($"'{note.From}' is of the log '{origin}', the backup of '{_old.Name}'. Leave it out, or name the right backup.");
        }

        Count(origin);
        // Without its key it only keeps the number of its epoch from being given again.
        if (!_keys.TryGetValue(origin, out var key)) return;
        if (Checkpoint.Open(note.Note, key) is null)
            throw new InvalidDataException($"The checkpoint of size {note.Checkpoint.Size} in '{note.From}' is of the log '{origin}', but not signed by its key {key}. Either it or the backup is forged or damaged: find out which one before anything is restored.");
        if (_greatest.TryGetValue(origin, out var other) && other.Checkpoint.Size == note.Checkpoint.Size && !other.Checkpoint.Root.Span.SequenceEqual(note.Checkpoint.Root.Span))
            throw new InvalidDataException($"'{note.From}' and '{other.From}' are of size {note.Checkpoint.Size} of the log '{origin}' with different roots, signed by its one key: somebody else has that key.");
        if (other is null || other.Checkpoint.Size < note.Checkpoint.Size) _greatest[origin] = note;
    }

    private string? Of(NoteVerifier key) => _greatest.TryGetValue(key.Name, out var known) ? known.Note : null;
}
