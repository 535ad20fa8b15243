namespace Hub.Contracts.Trail;

/// <summary>The hub's proof to the sender that a message was accepted: a <see cref="TlogProof"/> whose <c>extra</c> is the
/// UTF-8 JSON <c>{"body":text,"header":text,"salt":hex}</c>. <c>header</c> is the exact leaf data, <c>body</c> the exact
/// canonical body that <c>header.commitment = SHA-256(salt ‖ body)</c> commits to.</summary>
/// <param name="Proof">The proof.</param>
/// <param name="Header">The entry's header.</param>
/// <param name="Body">The entry's canonical body.</param>
/// <param name="Salt">The entry's salt, 32 bytes.</param>
public sealed record Receipt(TlogProof Proof, EntryHeader Header, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Salt)
{
    /// <summary>Media type of the text form.</summary>
    public const string MediaType = "application/vnd.hub.receipt";

    /// <summary>Composes a receipt from an entry and its place in the log.</summary>
    public static Receipt Create(EntryHeader header, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> salt, long index, IReadOnlyList<byte[]> proof, string checkpointNote) => throw new NotImplementedException();

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a receipt.</exception>
    public static Receipt Parse(string text) => throw new NotImplementedException();

    /// <summary>Verifies everything offline: commitment, leaf, inclusion, checkpoint signature and origin.</summary>
    /// <param name="logKey">The log's key, got from the hub's operator once, on a trusted way.</param>
    /// <param name="octets">The envelope that was sent, when its digest is to be checked too.</param>
    public ReceiptVerdict Verify(NoteVerifier logKey, ReadOnlySpan<byte> octets = default) => throw new NotImplementedException();

    /// <summary>The text form.</summary>
    public override string ToString() => Proof.ToString();
}

/// <summary>What verifying a receipt found.</summary>
/// <param name="Valid">Whether every link holds.</param>
/// <param name="Failures">Each broken link in words; empty when valid.</param>
public sealed record ReceiptVerdict(bool Valid, IReadOnlyList<string> Failures);
