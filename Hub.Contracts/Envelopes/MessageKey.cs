using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;

namespace Hub.Contracts.Envelopes;

/// <summary>The name of a message in URLs, in federation and towards recipients: lower-case hexadecimal SHA-256 of the
/// UTF-8 text <c>from + "\n" + id</c>. 64 digits.</summary>
public readonly record struct MessageKey
{
    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    private MessageKey(string value) => Value = value;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Value { get; }

    /// <summary>The key of a sender's id.</summary>
    public static MessageKey Of(SystemAddress from, string id) =>
        new(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{from}\n{id}"))));

    /// <summary>Reads a key; false when it is not 64 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageKey key)
    {
        key = default;
        if (text is not { Length: 64 } || text.AsSpan().ContainsAnyExcept(HexDigits)) return false;
        key = new MessageKey(text);
        return true;
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">The text is not 64 lower-case hexadecimal digits.</exception>
    public static MessageKey Parse(string text) => TryParse(text, out var key)
        ? key
        : throw new FormatException($"'{text}' is not a message key: 64 lower-case hexadecimal digits.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
