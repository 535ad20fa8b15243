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
    public static Checkpoint Parse(string text) => throw new NotImplementedException();
}
