using System.Security.Cryptography;

namespace Hub.Adapters.Stores.Bodies;

/// <summary>Data keys wrapped by the hub's data key: 12-byte random nonce, AES-256-GCM ciphertext of 32 bytes, 16-byte tag.
/// Random nonces bound one hub data key to 2³² wrapped keys (NIST SP 800-38D, 8.3).</summary>
internal static class KeyWrap
{
    internal const int KeyBytes = 32;
    internal const int WrappedBytes = NonceBytes + KeyBytes + TagBytes;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Makes a data key and wraps it for one owner (a message key, the name of an upload).</summary>
    /// <param name="hubKey">The hub's data key.</param>
    /// <param name="owner">Whose data key it is.</param>
    /// <param name="dataKey">Receives the data key, <see cref="KeyBytes"/> bytes, which the caller wipes.</param>
    /// <param name="wrapped">Receives <see cref="WrappedBytes"/>.</param>
    internal static void New(ReadOnlySpan<byte> hubKey, ReadOnlySpan<byte> owner, Span<byte> dataKey, Span<byte> wrapped)
    {
        // Key and nonce in one draw: each draw costs a microsecond, whatever its length.
        Span<byte> random = stackalloc byte[NonceBytes + KeyBytes];
        RandomNumberGenerator.Fill(random);
        random[..NonceBytes].CopyTo(wrapped);
        random[NonceBytes..].CopyTo(dataKey);
        CryptographicOperations.ZeroMemory(random);
        using var cipher = new AesGcm(hubKey, TagBytes);
        cipher.Encrypt(wrapped[..NonceBytes], dataKey, wrapped.Slice(NonceBytes, KeyBytes), wrapped[(NonceBytes + KeyBytes)..], owner);
    }

    /// <summary>Unwraps a data key; false when it was wrapped by another hub key, for another owner, or is damaged.</summary>
    internal static bool TryUnwrap(ReadOnlySpan<byte> hubKey, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> wrapped, Span<byte> dataKey)
    {
        if (wrapped.Length != WrappedBytes) return false;
        try
        {
            using var cipher = new AesGcm(hubKey, TagBytes);
            cipher.Decrypt(wrapped[..NonceBytes], wrapped.Slice(NonceBytes, KeyBytes), wrapped[(NonceBytes + KeyBytes)..], dataKey, owner);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
