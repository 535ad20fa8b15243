using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>An entry to be appended to the log.</summary>
/// <param name="Kind">One of <see cref="Hub.Contracts.Trail.EntryKinds"/>.</param>
/// <param name="Key">The message it is about, if any.</param>
/// <param name="Actor">Who did it: a system address, <c>hub</c>, or <c>operator:name</c>.</param>
/// <param name="Body">What happened; committed to with a salt, erasable. Null for one that was written as text.</param>
public sealed record TrailEntry(string Kind, MessageKey? Key, string Actor, JsonObject? Body)
{
    private SealedBody? _sealed;

    /// <summary>An entry whose body is written already; it is sealed at once, on the caller's thread.</summary>
    internal static TrailEntry Of(string kind, MessageKey? key, string actor, EntryText body) =>
        new(kind, key, actor, Body: null) { _sealed = SealedBody.Of(body.ToArray()) };

    /// <summary>Computes salt and commitment now, on the caller's thread, instead of inside the commit.</summary>
    public TrailEntry Prepare()
    {
        Seal();
        return this;
    }

    internal SealedBody Seal() => _sealed ??= SealedBody.Of(CanonicalJson.Serialize(Body));
}

/// <summary>A body as the log commits to it.</summary>
/// <param name="Body">Canonical JSON.</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Commitment">SHA-256(salt ‖ body).</param>
internal sealed record SealedBody(byte[] Body, byte[] Salt, byte[] Commitment)
{
    private const int OnStack = 2_048;

    internal static SealedBody Of(byte[] body)
    {
        var salt = RandomNumberGenerator.GetBytes(Receipt.SaltLength);
        var length = salt.Length + body.Length;
        Span<byte> both = length <= OnStack ? stackalloc byte[length] : new byte[length];
        salt.CopyTo(both);
        body.CopyTo(both[salt.Length..]);
        return new SealedBody(body, salt, SHA256.HashData(both));
    }
}

/// <summary>Where an entry stands in the log: final once the group is integrated, just before its commit.</summary>
public sealed class EntryTicket
{
    private readonly TrailEntry _entry;
    private readonly SealedBody _body;

    internal EntryTicket(TrailEntry entry, SealedBody body, long index, DateTimeOffset time)
    {
        (_entry, _body) = (entry, body);
        (Header, Record) = Write(entry, body, index, time);
    }

    /// <summary>Zero-based index in the log. Inside the unit it is the one that the entry has unless another node appends first; what
    /// units write with it is moved by the store (<see cref="IStoreTransaction.TakeSeatAsync"/>).</summary>
    public long Index => Record.Index;

    /// <summary>The entry's record.</summary>
    public EntryRecord Record { get; private set; }

    /// <summary>Size of the tree that the group's checkpoint covers.</summary>
    public long TreeSize => Tree?.Size ?? 0;

    /// <summary>The group's signed checkpoint; empty until the group is integrated.</summary>
    public string CheckpointNote { get; private set; } = "";

    /// <summary>The tree that the group's checkpoint covers: proves this entry without a look into the store.</summary>
    internal TreeHead? Tree { get; private set; }

    internal EntryHeader Header { get; private set; }

    /// <summary>Puts it where the log really stands; its time is never before that of the entry before it.</summary>
    internal void Place(long index, DateTimeOffset earliest)
    {
        if (Header.Time < earliest) (Header, Record) = Write(_entry, _body, index, earliest);
        else if (index != Index) Record = Record with { Index = index };
    }

    internal void Integrate(TreeHead tree, string checkpointNote)
    {
        Tree = tree;
        CheckpointNote = checkpointNote;
    }

    private static (EntryHeader Header, EntryRecord Record) Write(TrailEntry entry, SealedBody body, long index, DateTimeOffset time)
    {
        var header = new EntryHeader(entry.Kind, time, entry.Key?.Value, entry.Actor, body.Commitment);
        var leaf = header.ToCanonicalJson();
        return leaf.Length <= EntryHeader.MaxLength
            ? (header, new EntryRecord(index, leaf, body.Salt, body.Body))
            : throw new ArgumentException($"An entry header has at most {EntryHeader.MaxLength} bytes; kind and actor make this one {leaf.Length}.", nameof(entry));
    }
}
