using System.Security.Cryptography;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing;

/// <summary>AES-256-GCM with a 96-bit nonce and a 128-bit tag: the one content cipher of both formats.</summary>
internal static class ContentCipher
{
    internal const int KeyBytes = 32;
    internal const int NonceBytes = 12;
    internal const int TagBytes = 16;

    internal static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>Encrypts under a fresh nonce.</summary>
    internal static (byte[] Nonce, byte[] Ciphertext, byte[] Tag) Encrypt(byte[] key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var ciphertext = new byte[plain.Length];
        var tag = new byte[TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, plain, ciphertext, tag, associated);
        return (nonce, ciphertext, tag);
    }

    /// <summary>Finds the content key and decrypts. Whatever fails after the key names matched fails alike: a wrong content
    /// key is replaced by a random one (RFC 7516 §11.5), and the caller learns one word.</summary>
    /// <exception cref="ProblemException"><c>unsealing-failed</c> or <c>too-large</c>.</exception>
    internal static byte[] Open(
        IReadOnlyList<WrappedKey> wrapped, IReadOnlyList<UnsealingKey> keys,
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated, SealingLimits limits)
    {
        var candidates = (from item in wrapped from key in keys where key.MayOpen(item) select (item, key)).Take(limits.MaxTrials + 1).ToList();
        if (candidates.Count == 0) throw SealingFaults.NoKey(wrapped, keys);
        if (candidates.Count > limits.MaxTrials)
            throw ProblemCode.TooLarge.With($"More than {limits.MaxTrials} wrapped keys may be for your key, the limit. Say the key's id and its system.");
        byte[]? contentKey = null;
        foreach (var (item, key) in candidates)
            if (key.Unwrap(item) is { Length: KeyBytes } found) contentKey ??= found;
        var plain = new byte[ciphertext.Length];
        try
        {
            using var cipher = new AesGcm(contentKey ?? NewKey(), TagBytes);
            cipher.Decrypt(nonce, ciphertext, tag, plain, associated);
            return plain;
        }
        catch (CryptographicException)
        {
            throw SealingFaults.Unopened();
        }
    }
}
