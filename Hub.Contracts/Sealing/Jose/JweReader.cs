using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing.Jose;

/// <summary>Takes a JWE apart: compact or general JSON serialisation, told apart by the first byte.</summary>
internal static class JweReader
{
    private const int MaxSingleHeader = 16 * 1024;
    private const int MaxKeyBytes = 1024;
    private const int NodesPerRecipient = 40;

    internal static JweParts Read(ReadOnlyMemory<byte> text, SealingLimits limits)
    {
        SealingFaults.CheckSize(text.Length, limits);
        return text.Span.StartsWith("{"u8) ? General(text, limits) : Compact(text, limits);
    }

    private static JweParts Compact(ReadOnlyMemory<byte> text, SealingLimits limits)
    {
        var parts = new ReadOnlyMemory<byte>[5];
        var rest = text;
        for (var index = 0; index < parts.Length; index++)
        {
            var end = rest.Span.IndexOf((byte)'.');
            if (end < 0 != (index == parts.Length - 1)) throw SealingFaults.Malformed("is no JWE compact: header.key.iv.ciphertext.tag (RFC 7516 §7.1)");
            parts[index] = end < 0 ? rest : rest[..end];
            if (end >= 0) rest = rest[(end + 1)..];
        }

        var header = JweHeader.Read(HeaderOctets(parts[0], limits), limits);
        var key = JweParts.KeyOf(header, WrappedKeyOf(parts[1]));
        var (nonce, ciphertext, tag) = (Bytes(parts[2], "iv"), Bytes(parts[3], "ciphertext"), Bytes(parts[4], "tag"));
        JweParts.CheckContent(header, nonce, tag);
        return new JweParts(header, parts[0], [key], nonce, ciphertext, tag);
    }

    private static JweParts General(ReadOnlyMemory<byte> text, SealingLimits limits)
    {
        var cursor = new JsonCursor(text, ProblemCode.MalformedEnvelope, "JWE", maxDepth: 8, maxNodes: 100 + (limits.MaxRecipients * NodesPerRecipient));
        ReadOnlyMemory<byte>? shared = null;
        byte[]? nonce = null, ciphertext = null, tag = null;
        List<(JweHeader Header, byte[] Key)>? recipients = null;
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "protected": shared = Digits(ref cursor, name); break;
                case "recipients": recipients = Recipients(ref cursor, limits); break;
                case "iv": nonce = Bytes(Digits(ref cursor, name), name); break;
                case "ciphertext": ciphertext = Bytes(Digits(ref cursor, name), name); break;
                case "tag": tag = Bytes(Digits(ref cursor, name), name); break;
                default: throw SealingFaults.Unsupported("member", name, "protected, recipients, iv, ciphertext and tag: the general serialisation of RFC 7516 §7.2.1");
            }
        }

        cursor.End();
        var associated = shared ?? throw cursor.Missing("protected");
        var header = JweHeader.Read(HeaderOctets(associated, limits), limits);
        if (recipients is not { Count: > 0 }) throw cursor.Missing("recipients");
        JweParts.CheckContent(header, nonce ?? throw cursor.Missing("iv"), tag ?? throw cursor.Missing("tag"));
        return new JweParts(
            header, associated, [.. recipients.Select(item => JweParts.KeyOf(Merged(header, item.Header), item.Key))],
            nonce, ciphertext ?? throw cursor.Missing("ciphertext"), tag);
    }

    private static List<(JweHeader Header, byte[] Key)> Recipients(ref JsonCursor cursor, SealingLimits limits)
    {
        List<(JweHeader, byte[])> recipients = [];
        cursor.BeginArray("recipients");
        while (cursor.NextEntry())
        {
            if (recipients.Count == limits.MaxRecipients) throw ProblemCode.TooLarge.With($"The sealed content has more than {limits.MaxRecipients} recipients, the limit.");
            recipients.Add(Recipient(ref cursor, limits));
        }

        return recipients;
    }

    private static (JweHeader Header, byte[] Key) Recipient(ref JsonCursor cursor, SealingLimits limits)
    {
        var header = new JweHeader();
        byte[]? key = null;
        List<string> seen = [];
        cursor.BeginObject("recipients");
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "header":
                    cursor.BeginObject(name);
                    header = JweHeader.Members(ref cursor, limits);
                    break;
                case "encrypted_key": key = WrappedKeyOf(Digits(ref cursor, name)); break;
                default: throw SealingFaults.Unsupported("member of a recipient", name, "header and encrypted_key");
            }
        }

        return (header, key ?? throw cursor.Missing("encrypted_key"));
    }

    /// <summary>What a recipient's own header adds: only how its key is wrapped. The rest must be authenticated.</summary>
    private static JweHeader Merged(JweHeader shared, JweHeader own)
    {
        if (own.Names.FirstOrDefault(shared.Names.Contains) is { } twice) throw SealingFaults.Malformed($"has '{twice}' in the protected header and in a recipient's header");
        if (own.Names.FirstOrDefault(static name => name is not ("alg" or "kid" or "epk")) is { } open)
            throw SealingFaults.Malformed($"has '{open}' in a recipient's header, where nothing authenticates it; it stands in the protected header");
        return shared with { Algorithm = shared.Algorithm ?? own.Algorithm, KeyId = shared.KeyId ?? own.KeyId, Ephemeral = shared.Ephemeral ?? own.Ephemeral };
    }

    /// <summary>The characters of a string that holds base64url, without copying them.</summary>
    private static ReadOnlyMemory<byte> Digits(ref JsonCursor cursor, string name)
    {
        if (!cursor.IsText) throw cursor.Fault($"has no string in '{name}'");
        return cursor.RawValue()[1..^1];
    }

    private static byte[] HeaderOctets(ReadOnlyMemory<byte> digits, SealingLimits limits)
    {
        var most = MaxSingleHeader + (limits.MaxRecipients * 128);
        return digits.Length <= most ? Bytes(digits, "header") : throw ProblemCode.TooLarge.With($"The header of the sealed content has {digits.Length} characters; the limit is {most}.");
    }

    private static byte[] WrappedKeyOf(ReadOnlyMemory<byte> digits)
    {
        var key = Bytes(digits, "encrypted key");
        return key.Length is > 0 and <= MaxKeyBytes ? key : throw SealingFaults.Malformed($"has an encrypted key of {key.Length} bytes; 1 to {MaxKeyBytes} are possible");
    }

    private static byte[] Bytes(ReadOnlyMemory<byte> digits, string name) =>
        StrictBase64.TryDecodeUrl(digits.Span, out var bytes) ? bytes : throw SealingFaults.Malformed($"has a value in '{name}' that is not canonical base64url (RFC 7515 §2: no padding, no white space)");
}
