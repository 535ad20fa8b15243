using System.Security.Cryptography;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Trail;

/// <summary>A trusted note key, written <c>name+hex(key id)+base64(0x02 ‖ SubjectPublicKeyInfo)</c> (a vkey).</summary>
/// <param name="Name">Key name; for checkpoints the log's origin.</param>
/// <param name="Key">The P-256 public key.</param>
public sealed record NoteVerifier(string Name, VerificationKey Key)
{
    internal const int KeyIdLength = 4;

    private const int MaxLength = 1024;
    private const byte EcdsaType = 0x02;

    private readonly byte[] _keyId = KeyIdOf(Key.SubjectPublicKeyInfo.Span);

    /// <summary>Reads the text form (vkey).</summary>
    /// <exception cref="FormatException">Not a vkey of type 0x02, or its key id does not fit its key.</exception>
    public static NoteVerifier Parse(string vkey)
    {
        var plus = vkey.IndexOf('+', StringComparison.Ordinal);
        if (vkey.Length > MaxLength || plus < 1 || vkey.Length < plus + 11 || vkey[plus + 9] != '+' || !SignedNote.IsKeyName(vkey.AsSpan(0, plus)))
            throw new FormatException("Not a verifier key: write name+hex(key id)+base64(type and key), on one line.");
        if (CanonicalText.DecodeBase64(vkey.AsSpan(plus + 10)) is not [EcdsaType, .. var subjectPublicKeyInfo])
            throw new FormatException("The verifier key is not of type 0x02 (ECDSA): its last part starts with byte 0x02, in base64.");

        var verifier = new NoteVerifier(vkey[..plus], Import(subjectPublicKeyInfo));
        var keyId = Convert.ToHexStringLower(verifier._keyId);
        return vkey.AsSpan(plus + 1, 8).SequenceEqual(keyId)
            ? verifier
            : throw new FormatException($"The key id '{vkey.Substring(plus + 1, 8)}' does not fit the key, whose id is '{keyId}'. Copy the verifier key again.");
    }

    /// <summary>The text form (vkey).</summary>
    public override string ToString() =>
        $"{Name}+{Convert.ToHexStringLower(_keyId)}+{Convert.ToBase64String([EcdsaType, .. Key.SubjectPublicKeyInfo.Span])}";

    internal static byte[] KeyIdOf(ReadOnlySpan<byte> subjectPublicKeyInfo) => SHA256.HashData(subjectPublicKeyInfo)[..KeyIdLength];

    internal bool IsNamed(string name, ReadOnlySpan<byte> keyId) =>
        string.Equals(Name, name, StringComparison.Ordinal) && keyId.SequenceEqual(_keyId);

    internal bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> derSignature) =>
        EcdsaDer.ToP1363(derSignature) is { } signature && Key.Verify(SignatureAlgorithm.Es256, text, signature);

    private static VerificationKey Import(byte[] subjectPublicKeyInfo)
    {
        try
        {
            var key = new VerificationKey("log", subjectPublicKeyInfo);
            return key.Fits(SignatureAlgorithm.Es256) ? key : throw new FormatException("The verifier key is not on the curve P-256.");
        }
        catch (CryptographicException bad)
        {
            throw new FormatException("The verifier key holds no P-256 public key.", bad);
        }
    }
}
