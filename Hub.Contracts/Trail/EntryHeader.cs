using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;

namespace Hub.Contracts.Trail;

/// <summary>What the log hashes for one entry: small, canonical (RFC 8785), free of personal data. Its leaf data is the
/// canonical JSON <c>{"actor","commitment","key","kind","time","v":1}</c> (members that are null are left out).</summary>
/// <param name="Kind">What happened, see <see cref="EntryKinds"/>.</param>
/// <param name="Time">The hub's clock, UTC, whole milliseconds.</param>
/// <param name="Key">The message it is about, if any.</param>
/// <param name="Actor">Who did it: a system address, <c>hub</c>, or <c>operator:name</c>.</param>
/// <param name="Commitment">SHA-256(salt ‖ body), 32 bytes.</param>
public sealed record EntryHeader(string Kind, DateTimeOffset Time, string? Key, string Actor, ReadOnlyMemory<byte> Commitment)
{
    /// <summary>Longest leaf data, in bytes.</summary>
    public const int MaxLength = 4096;

    private const int Version = 1;

    /// <summary>Characters of the leaf data around its values, and around the key.</summary>
    private const int Frame = 54, KeyFrame = 9;

    /// <summary>Characters that stand for themselves in JSON: every header that a hub writes has only these.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./:-_@ ");

    /// <summary>The leaf data.</summary>
    /// <exception cref="InvalidOperationException">The commitment has not 32 bytes.</exception>
    /// <exception cref="ArgumentException">A text holds a lone surrogate.</exception>
    public byte[] ToCanonicalJson()
    {
        if (Commitment.Length != MerkleTree.HashLength) throw new InvalidOperationException($"A commitment has 32 bytes; this one has {Commitment.Length}.");
        return IsPlain(Actor) && IsPlain(Kind) && (Key is null || IsPlain(Key)) ? WritePlain() : CanonicalJson.Serialize(ToJson());
    }

    private JsonObject ToJson()
    {
        var header = new JsonObject
        {
            ["actor"] = Actor,
            ["commitment"] = Convert.ToHexStringLower(Commitment.Span),
            ["kind"] = Kind,
            ["time"] = Rfc3339.Format(Time),
            ["v"] = Version,
        };
        if (Key is not null) header["key"] = Key;
        return header;
    }

    private byte[] WritePlain()
    {
        Span<char> commitment = stackalloc char[2 * MerkleTree.HashLength];
        Convert.TryToHexStringLower(Commitment.Span, commitment, out _);
        var time = Rfc3339.Format(Time);
        var octets = new byte[Frame + commitment.Length + Actor.Length + Kind.Length + time.Length + (Key is null ? 0 : KeyFrame + Key.Length)];
        var rest = octets.AsSpan();
        Put(ref rest, "{\"actor\":\"");
        Put(ref rest, Actor);
        Put(ref rest, "\",\"commitment\":\"");
        Put(ref rest, commitment);
        if (Key is not null)
        {
            Put(ref rest, "\",\"key\":\"");
            Put(ref rest, Key);
        }

        Put(ref rest, "\",\"kind\":\"");
        Put(ref rest, Kind);
        Put(ref rest, "\",\"time\":\"");
        Put(ref rest, time);
        Put(ref rest, "\",\"v\":1}");
        return octets;
    }

    private static void Put(ref Span<byte> rest, scoped ReadOnlySpan<char> text)
    {
        Ascii.FromUtf16(text, rest, out var written);
        rest = rest[written..];
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExcept(Plain);

    /// <summary>Reads leaf data.</summary>
    /// <exception cref="FormatException">Not an entry header of version 1 in canonical form.</exception>
    public static EntryHeader Parse(ReadOnlySpan<byte> canonicalJson)
    {
        if (canonicalJson.Length > MaxLength) throw new FormatException($"An entry header has at most {MaxLength} bytes; this one has {canonicalJson.Length}.");
        try
        {
            var json = StrictJson.ParseObject(canonicalJson, maxDepth: 1);
            var commitment = Convert.FromHexString(StrictJson.Text(json, "commitment"));
            var header = new EntryHeader(
                StrictJson.Text(json, "kind"),
                Rfc3339.Parse(StrictJson.Text(json, "time")),
                json.ContainsKey("key") ? StrictJson.Text(json, "key") : null,
                StrictJson.Text(json, "actor"),
                commitment);
            if (commitment.Length == MerkleTree.HashLength && canonicalJson.SequenceEqual(header.ToCanonicalJson())) return header;
        }
        catch (ArgumentException bad)
        {
            throw new FormatException("Not an entry header.", bad);
        }

        throw new FormatException("Not an entry header of version 1: exactly its members, in canonical form (RFC 8785).");
    }
}
