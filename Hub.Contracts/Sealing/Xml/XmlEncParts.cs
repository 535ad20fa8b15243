namespace Hub.Contracts.Sealing.Xml;

/// <summary>An <c>EncryptedData</c> taken apart, not yet opened.</summary>
/// <param name="MediaType"><c>MimeType</c>, if stated. Nothing authenticates it.</param>
/// <param name="Keys">The content key, wrapped per recipient.</param>
/// <param name="Cipher">Nonce, ciphertext and tag.</param>
internal sealed record XmlEncParts(string? MediaType, IReadOnlyList<WrappedKey> Keys, byte[] Cipher);
