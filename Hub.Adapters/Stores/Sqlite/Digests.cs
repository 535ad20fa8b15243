using Hub.Contracts.Envelopes;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Digests and message keys as the database keeps them: 32 bytes.</summary>
internal static class Digests
{
    internal const int Bytes = 32;

    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    internal static ReadOnlySpan<byte> Read(string hex, Span<byte> bytes)
    {
        if (hex.Length != 2 * Bytes || Convert.FromHexString(hex, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != Bytes)
            throw new FormatException($"'{hex}' is not a SHA-256 digest: 64 hexadecimal digits.");
        return bytes[..Bytes];
    }

    internal static string Write(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    internal static MessageKey WriteKey(ReadOnlySpan<byte> bytes) => MessageKey.Parse(Convert.ToHexStringLower(bytes));

    /// <summary>Several digests, one after another; null for none.</summary>
    internal static ReadOnlyMemory<byte>? ReadMany(IReadOnlyList<string> digests)
    {
        if (digests.Count == 0) return null;
        var bytes = new byte[digests.Count * Bytes];
        for (var i = 0; i < digests.Count; i++) Read(digests[i], bytes.AsSpan(i * Bytes));
        return bytes;
    }

    internal static string[] WriteMany(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        var digests = new string[bytes.Length / Bytes];
        for (var i = 0; i < digests.Length; i++) digests[i] = Write(bytes.Slice(i * Bytes, Bytes));
        return digests;
    }
}
