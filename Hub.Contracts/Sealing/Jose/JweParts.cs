namespace Hub.Contracts.Sealing.Jose;

/// <summary>A JWE taken apart, not yet opened.</summary>
/// <param name="Header">The authenticated header.</param>
/// <param name="Associated">What is authenticated beside the ciphertext: the header as base64url.</param>
/// <param name="Keys">The content key, wrapped per recipient.</param>
/// <param name="Nonce">The nonce.</param>
/// <param name="Ciphertext">The ciphertext.</param>
/// <param name="Tag">The tag.</param>
internal sealed record JweParts(
    JweHeader Header, ReadOnlyMemory<byte> Associated, IReadOnlyList<WrappedKey> Keys, byte[] Nonce, byte[] Ciphertext, byte[] Tag)
{
    /// <summary>A wrapped key as headers and <c>encrypted_key</c> describe it.</summary>
    internal static WrappedKey KeyOf(JweHeader header, byte[] wrapped)
    {
        var name = header.KeyId is null ? default : KeyName.Parse(header.KeyId);
        switch (header.Algorithm)
        {
            case JweHeader.RsaOaep when header.Ephemeral is null:
                return new WrappedKey(KeyWrapping.RsaOaepSha256, name, wrapped, null);
            case JweHeader.Ecdh when header.Ephemeral is { } ephemeral:
                return new WrappedKey(KeyWrapping.EcdhAes256, name, wrapped, new AgreementPart(ephemeral.Curve, ephemeral.Point, JweWriter.OtherInfo));
            case JweHeader.RsaOaep or JweHeader.Ecdh:
                throw SealingFaults.Malformed("has an 'epk' that does not go with its alg: ECDH-ES+A256KW has one, RSA-OAEP-256 has none");
            default:
                throw SealingFaults.Unsupported("alg", header.Algorithm, $"{JweHeader.RsaOaep} and {JweHeader.Ecdh}");
        }
    }

    internal static void CheckContent(JweHeader header, byte[] nonce, byte[] tag)
    {
        if (header.Encryption != JweHeader.A256Gcm) throw SealingFaults.Unsupported("enc", header.Encryption, JweHeader.A256Gcm);
        if (nonce.Length != ContentCipher.NonceBytes || tag.Length != ContentCipher.TagBytes)
            throw SealingFaults.Malformed($"has an iv of {nonce.Length} and a tag of {tag.Length} bytes; A256GCM has {ContentCipher.NonceBytes} and {ContentCipher.TagBytes}");
    }
}
