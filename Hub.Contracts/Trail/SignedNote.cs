using System.Text;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Trail;

/// <summary>C2SP signed note (c2sp.org/signed-note) with ECDSA P-256 signatures, type 0x02: text ending in a newline, an
/// empty line, then lines <c>— name base64(key id ‖ DER signature)</c>. The key id is the first four bytes of the SHA-256
/// of the DER SubjectPublicKeyInfo.</summary>
public static class SignedNote
{
    /// <summary>Longest note read, in characters: room for 16 post-quantum signatures of witnesses and more.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Most signatures read in one note.</summary>
    public const int MaxSignatures = 64;

    private const string LineStart = "— ";

    /// <summary>Signs a text that ends in a newline.</summary>
    /// <param name="text">The text; no control characters but newline.</param>
    /// <param name="keyName">Name of the key; for checkpoints the origin.</param>
    /// <param name="signer">An ES256 signer.</param>
    /// <param name="subjectPublicKeyInfo">DER of its public half.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The text or the name cannot stand in a note, or the signer is not ES256.</exception>
    public static async ValueTask<string> SignAsync(string text, string keyName, ISigner signer, ReadOnlyMemory<byte> subjectPublicKeyInfo, CancellationToken cancellationToken = default)
    {
        if (!IsNoteText(text) || !text.EndsWith('\n')) throw new ArgumentException("A note's text ends in a newline and holds no other control character.", nameof(text));
        if (!IsKeyName(keyName)) throw new ArgumentException($"'{keyName}' is not a key name: no spaces, no plus sign, not empty.", nameof(keyName));
        if (signer.Algorithm != SignatureAlgorithm.Es256) throw new ArgumentException($"Notes are signed with ES256; the key '{signer.KeyId}' signs with {signer.Algorithm}.", nameof(signer));
        var signature = await signer.SignAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        byte[] identified = [.. NoteVerifier.KeyIdOf(subjectPublicKeyInfo.Span), .. EcdsaDer.FromP1363(signature)];
        return $"{text}\n{LineStart}{keyName} {Convert.ToBase64String(identified)}\n";
    }

    /// <summary>The text when a signature by one of the keys verifies and none of theirs fails; otherwise null.</summary>
    /// <remarks>Signatures of unknown keys are ignored, also when they share only the name or only the id with a known one.</remarks>
    public static string? Open(string note, params IReadOnlyList<NoteVerifier> verifiers)
    {
        if (note.Length > MaxLength || !IsNoteText(note) || !note.EndsWith('\n')) return null;
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) return null;
        var text = note[..(end + 1)];
        var lines = note[(end + 2)..].Split('\n', MaxSignatures + 2);
        if (lines.Length > MaxSignatures + 1 || lines.Length < 2 || lines[^1].Length != 0) return null;

        var octets = Encoding.UTF8.GetBytes(text);
        var verified = false;
        foreach (var line in lines.AsSpan(..^1))
        {
            if (!TryReadLine(line, out var name, out var keyId, out var signature)) return null;
            foreach (var verifier in verifiers)
            {
                if (!verifier.IsNamed(name, keyId)) continue;
                if (!verifier.Verify(octets, signature)) return null;
                verified = true;
            }
        }

        return verified ? text : null;
    }

    /// <summary>The text of a note whose signatures are not looked at: for notes out of one's own store only.</summary>
    /// <exception cref="FormatException">There is no empty line before the signatures.</exception>
    public static string UnverifiedText(string note)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? throw new FormatException("A note has an empty line before its signatures.") : note[..(end + 1)];
    }

    internal static bool IsKeyName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return false;
        foreach (var character in name)
        {
            if (character == '+' || char.IsWhiteSpace(character) || character < ' ') return false;
        }

        return true;
    }

    private static bool TryReadLine(string line, out string name, out ReadOnlySpan<byte> keyId, out ReadOnlySpan<byte> signature)
    {
        name = "";
        keyId = signature = default;
        if (!line.StartsWith(LineStart, StringComparison.Ordinal)) return false;
        var space = line.LastIndexOf(' ');
        if (space < LineStart.Length) return false;
        name = line[LineStart.Length..space];
        var identified = CanonicalText.DecodeBase64(line.AsSpan(space + 1));
        if (!IsKeyName(name) || identified is not { Length: > NoteVerifier.KeyIdLength }) return false;
        keyId = identified.AsSpan(0, NoteVerifier.KeyIdLength);
        signature = identified.AsSpan(NoteVerifier.KeyIdLength);
        return true;
    }

    private static bool IsNoteText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' && text[i] != '\n') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
