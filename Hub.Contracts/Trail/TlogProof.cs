using System.Buffers.Text;
using System.Text;

namespace Hub.Contracts.Trail;

/// <summary>An offline-verifiable proof of inclusion (c2sp.org/tlog-proof@v1).</summary>
/// <param name="Extra">Opaque extra data; for receipts see <see cref="Receipt"/>.</param>
/// <param name="Index">Zero-based index of the entry.</param>
/// <param name="Proof">Inclusion proof, from the leaf's sibling up.</param>
/// <param name="CheckpointNote">The signed checkpoint, verbatim.</param>
public sealed record TlogProof(ReadOnlyMemory<byte>? Extra, long Index, IReadOnlyList<byte[]> Proof, string CheckpointNote)
{
    /// <summary>Longest text read, in characters.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const string FirstLine = "c2sp.org/tlog-proof@v1\n";
    private const string ExtraStart = "extra ";
    private const string IndexStart = "index ";

    /// <summary>The text form.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToUtf8());

    /// <summary>The text form in UTF-8.</summary>
    public byte[] ToUtf8()
    {
        var extra = Extra is { } given ? ExtraStart.Length + Base64.GetMaxEncodedToUtf8Length(given.Length) + 1 : 0;
        var octets = new byte[FirstLine.Length + extra + IndexStart.Length + Digits(Index) + 1 + Proof.Sum(static hash => Base64.GetMaxEncodedToUtf8Length(hash.Length) + 1)
            + 1 + Encoding.UTF8.GetByteCount(CheckpointNote)];
        var rest = octets.AsSpan();
        Put(ref rest, FirstLine);
        if (Extra is { } written)
        {
            Put(ref rest, ExtraStart);
            PutLine(ref rest, written.Span);
        }

        Put(ref rest, IndexStart);
        Utf8Formatter.TryFormat(Index, rest, out var digits);
        rest = rest[digits..];
        Put(ref rest, "\n");
        foreach (var hash in Proof) PutLine(ref rest, hash);
        Put(ref rest, "\n");
        Put(ref rest, CheckpointNote);
        return octets;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a proof of version 1.</exception>
    public static TlogProof Parse(string text)
    {
        if (text.Length > MaxLength) throw new FormatException($"A proof has at most {MaxLength} characters; this one has {text.Length}.");
        if (!text.StartsWith(FirstLine, StringComparison.Ordinal)) throw new FormatException("The first line of a proof is 'c2sp.org/tlog-proof@v1'.");
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < FirstLine.Length) throw new FormatException("A proof has an empty line before its checkpoint.");

        var lines = new Queue<string>(text[FirstLine.Length..end].Split('\n', MerkleTree.MaxProofLength + 3));
        ReadOnlyMemory<byte>? extra = null;
        if (lines.Peek().StartsWith(ExtraStart, StringComparison.Ordinal))
        {
            extra = CanonicalText.DecodeBase64(lines.Dequeue().AsSpan(ExtraStart.Length))
                ?? throw new FormatException("The line 'extra' of a proof holds base64.");
        }

        if (!lines.TryDequeue(out var indexLine) || !indexLine.StartsWith(IndexStart, StringComparison.Ordinal))
            throw new FormatException("A proof has a line 'index' before its hashes.");
        var index = CanonicalText.DecodeDecimal(indexLine.AsSpan(IndexStart.Length))
            ?? throw new FormatException("The line 'index' of a proof holds a decimal without leading zeroes, at most 2^63 − 1.");
        if (lines.Count > MerkleTree.MaxProofLength) throw new FormatException($"A proof has at most {MerkleTree.MaxProofLength} hashes.");
        var proof = lines.Select(static line => CanonicalText.DecodeBase64(line) is { Length: MerkleTree.HashLength } hash
            ? hash
            : throw new FormatException("Each hash of a proof is 32 bytes in base64, on its own line.")).ToArray();
        return new TlogProof(extra, index, proof, text[(end + 2)..]);
    }

    private static int Digits(long index)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(index, text, out var written);
        return written;
    }

    private static void Put(ref Span<byte> rest, string text) => rest = rest[Encoding.UTF8.GetBytes(text, rest)..];

    private static void PutLine(ref Span<byte> rest, ReadOnlySpan<byte> octets)
    {
        Base64.EncodeToUtf8(octets, rest, out _, out var written);
        rest[written] = (byte)'\n';
        rest = rest[(written + 1)..];
    }
}
