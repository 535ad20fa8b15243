using System.Buffers;
using Hub.Contracts.Messages;

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

    /// <summary>Bytes in a salt.</summary>
    public const int SaltLength = 32;

    /// <summary>Composes a receipt from an entry and its place in the log.</summary>
    /// <param name="header">The entry's header.</param>
    /// <param name="body">The entry's canonical body.</param>
    /// <param name="salt">The entry's salt.</param>
    /// <param name="index">Zero-based index of the entry.</param>
    /// <param name="proof">Its inclusion proof in the tree of the checkpoint.</param>
    /// <param name="checkpointNote">The signed checkpoint.</param>
    /// <exception cref="ArgumentException">The body is not valid UTF-8, or the salt has not 32 bytes.</exception>
    public static Receipt Create(EntryHeader header, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> salt, long index, IReadOnlyList<byte[]> proof, string checkpointNote)
    {
        if (salt.Length != SaltLength) throw new ArgumentException($"A salt has 32 bytes; this one has {salt.Length}.", nameof(salt));
        if (!System.Text.Unicode.Utf8.IsValid(body.Span)) throw new ArgumentException("The body is not valid UTF-8.", nameof(body));
        var extra = HubPayload.WriteObject((header, body, salt), static (json, entry) =>
        {
            json.WriteString("body"u8, entry.body.Span);
            json.WriteString("header"u8, entry.header.ToCanonicalJson());
            json.WriteString("salt"u8, Convert.ToHexStringLower(entry.salt.Span));
        });
        return new Receipt(new TlogProof(extra, index, proof, checkpointNote), header, body, salt);
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">Not a receipt.</exception>
    public static Receipt Parse(string text)
    {
        var proof = TlogProof.Parse(text);
        if (proof.Extra is not { } extra) throw new FormatException("A receipt has a line 'extra' with the entry.");
        var json = StrictJson.ParseObject(extra.Span, maxDepth: 1);
        if (json.Count != 3) throw new FormatException("The extra data of a receipt has exactly the members 'body', 'header' and 'salt'.");
        var salt = StrictJson.Text(json, "salt");
        if (salt.Length != 2 * SaltLength || salt.AsSpan().ContainsAnyExcept(LowerHex)) throw new FormatException("The salt of a receipt is 64 lower-case hexadecimal digits.");
        return new Receipt(
            proof,
            EntryHeader.Parse(Utf8(StrictJson.Text(json, "header"))),
            Utf8(StrictJson.Text(json, "body")),
            Convert.FromHexString(salt));
    }

    /// <summary>Verifies everything offline: commitment, leaf, inclusion, checkpoint signature and origin, that the entry
    /// accepts a message, and that header and body name the same message. Never throws on what a receipt holds.</summary>
    /// <param name="logKey">The log's key, got from the hub's operator once, on a trusted way.</param>
    /// <param name="octets">The exact envelope that was sent, when its digest is to be checked too; null when not.</param>
    public ReceiptVerdict Verify(NoteVerifier logKey, byte[]? octets = null)
    {
        var failures = ReceiptChecks.Run(this, logKey, octets);
        return new ReceiptVerdict(failures.Count == 0, failures);
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Proof.ToString();

    /// <summary>The text form in UTF-8.</summary>
    public byte[] ToUtf8() => Proof.ToUtf8();

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private static byte[] Utf8(string text)
    {
        try
        {
            return CanonicalText.StrictUtf8.GetBytes(text);
        }
        catch (System.Text.EncoderFallbackException lone)
        {
            throw new FormatException("A text in the receipt holds a lone surrogate.", lone);
        }
    }
}

/// <summary>What verifying a receipt found.</summary>
/// <param name="Valid">Whether every link holds.</param>
/// <param name="Failures">Each broken link in words; empty when valid.</param>
public sealed record ReceiptVerdict(bool Valid, IReadOnlyList<string> Failures);
