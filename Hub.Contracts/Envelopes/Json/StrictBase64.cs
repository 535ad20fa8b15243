using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>Base64 and base64url (RFC 4648) with exactly one text for any bytes: no white space, nothing outside the
/// alphabet, no stray bits in the last character; base64 padded, base64url unpadded.</summary>
internal static class StrictBase64
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<byte> Url = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Letters + "-_"));
    private static readonly SearchValues<byte> Standard = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Letters + "+/"));

    internal static bool TryDecodeUrl(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Url) || HasStrayBits(text)) return false;
        bytes = Base64Url.DecodeFromUtf8(text);
        return true;
    }

    internal static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length % 4 != 0) return false;
        var digits = text.EndsWith("=="u8) ? text[..^2] : text.EndsWith("="u8) ? text[..^1] : text;
        if (digits.ContainsAnyExcept(Standard) || HasStrayBits(digits)) return false;
        bytes = new byte[digits.Length * 3L / 4];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done && written == bytes.Length;
    }

    /// <summary>Two digits carry 12 bits of which 8 count, three carry 18 of which 16 count: the rest must be zero.</summary>
    private static bool HasStrayBits(ReadOnlySpan<byte> digits) => (digits.Length % 4) switch
    {
        2 => (ValueOf(digits[^1]) & 0b1111) != 0,
        3 => (ValueOf(digits[^1]) & 0b11) != 0,
        _ => false,
    };

    private static int ValueOf(byte digit) => digit switch
    {
        (byte)'-' or (byte)'+' => 62,
        (byte)'_' or (byte)'/' => 63,
        _ => Letters.IndexOf((char)digit, StringComparison.Ordinal),
    };
}
