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
    public override string ToString()
    {
        var text = new StringBuilder(FirstLine);
        if (Extra is { } extra) text.Append(ExtraStart).Append(Convert.ToBase64String(extra.Span)).Append('\n');
        text.Append(IndexStart).Append(Index).Append('\n');
        foreach (var hash in Proof) text.Append(Convert.ToBase64String(hash)).Append('\n');
        return text.Append('\n').Append(CheckpointNote).ToString();
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
}
