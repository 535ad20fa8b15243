namespace Hub.Contracts.Trail;

/// <summary>The head of a log (c2sp.org/tlog-checkpoint): origin, size, root.</summary>
/// <param name="Origin">The log's name, which is also its key's name.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">Root hash, 32 bytes.</param>
public sealed record Checkpoint(string Origin, long Size, ReadOnlyMemory<byte> Root)
{
    /// <summary>The note text: three lines.</summary>
    public override string ToString() => $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.Span)}\n";

    /// <summary>Reads a note text; extension lines after the third are allowed and ignored.</summary>
    /// <exception cref="FormatException">Not a checkpoint.</exception>
    public static Checkpoint Parse(string text)
    {
        if (text.Length > SignedNote.MaxLength || !text.EndsWith('\n')) throw new FormatException("A checkpoint's text ends in a newline.");
        var lines = text[..^1].Split('\n');
        if (lines.Length < 3) throw new FormatException($"A checkpoint has at least three lines (origin, size, root); this one has {lines.Length}.");
        if (Array.Exists(lines, static line => line.Length == 0 || line.AsSpan().ContainsAnyInRange('\0', '\u001f')))
            throw new FormatException("A line of a checkpoint is neither empty nor holds control characters.");
        var size = CanonicalText.DecodeDecimal(lines[1])
            ?? throw new FormatException("The second line of a checkpoint is its size: a decimal without leading zeroes, at most 2^63 − 1.");
        return CanonicalText.DecodeBase64(lines[2]) is { Length: MerkleTree.HashLength } root
            ? new Checkpoint(lines[0], size, root)
            : throw new FormatException("The third line of a checkpoint is its root hash: 32 bytes in base64.");
    }

    /// <summary>Opens a signed checkpoint of a log: its signature verifies and its origin is the key's name; null otherwise.</summary>
    public static Checkpoint? Open(string note, NoteVerifier logKey)
    {
        if (SignedNote.Open(note, logKey) is not { } text) return null;
        try
        {
            var checkpoint = Parse(text);
            return string.Equals(checkpoint.Origin, logKey.Name, StringComparison.Ordinal) ? checkpoint : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
