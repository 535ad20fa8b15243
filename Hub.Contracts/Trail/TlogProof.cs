namespace Hub.Contracts.Trail;

/// <summary>An offline-verifiable proof of inclusion (c2sp.org/tlog-proof@v1).</summary>
/// <param name="Extra">Opaque extra data; for receipts see <see cref="Receipt"/>.</param>
/// <param name="Index">Zero-based index of the entry.</param>
/// <param name="Proof">Inclusion proof, from the leaf's sibling up.</param>
/// <param name="CheckpointNote">The signed checkpoint, verbatim.</param>
public sealed record TlogProof(ReadOnlyMemory<byte>? Extra, long Index, IReadOnlyList<byte[]> Proof, string CheckpointNote)
{
    /// <summary>The text form.</summary>
    public override string ToString() => throw new NotImplementedException();

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a proof of version 1.</exception>
    public static TlogProof Parse(string text) => throw new NotImplementedException();
}
