using Hub.Contracts.Signatures;

namespace Hub.Contracts.Trail;

/// <summary>C2SP signed note (c2sp.org/signed-note) with ECDSA P-256 signatures, type 0x02: text ending in a newline, an
/// empty line, then lines <c>— name base64(key id ‖ DER signature)</c>. The key id is the first four bytes of the SHA-256
/// of the DER SubjectPublicKeyInfo.</summary>
public static class SignedNote
{
    /// <summary>Signs a text that ends in a newline.</summary>
    public static ValueTask<string> SignAsync(string text, string keyName, ISigner signer, ReadOnlyMemory<byte> subjectPublicKeyInfo, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The text when a signature by one of the keys verifies and none of theirs fails; otherwise null.</summary>
    public static string? Open(string note, params IReadOnlyList<NoteVerifier> verifiers) => throw new NotImplementedException();
}

/// <summary>A trusted note key, written <c>name+hex(key id)+base64(0x02 ‖ SubjectPublicKeyInfo)</c>.</summary>
/// <param name="Name">Key name; for checkpoints the log's origin.</param>
/// <param name="Key">The P-256 public key.</param>
public sealed record NoteVerifier(string Name, VerificationKey Key)
{
    /// <summary>Reads the text form (vkey).</summary>
    /// <exception cref="FormatException">Not a vkey of type 0x02, or its key id does not fit its key.</exception>
    public static NoteVerifier Parse(string vkey) => throw new NotImplementedException();

    /// <summary>The text form (vkey).</summary>
    public override string ToString() => throw new NotImplementedException();
}
