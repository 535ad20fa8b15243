using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Hub.Core.Registry.Certificates;

/// <summary>The standings in memory. Thread-safe.</summary>
public sealed class CertificateTable : ICertificateStatus
{
    private readonly ConcurrentDictionary<byte[], CertificateStanding> _standings = new(new ByDigest());

    /// <summary>Every certificate with its standing, by SHA-256.</summary>
    public IEnumerable<KeyValuePair<byte[], CertificateStanding>> All => _standings;

    /// <inheritdoc/>
    public CertificateStanding? Find(byte[] certificateSha256) => _standings.GetValueOrDefault(certificateSha256);

    /// <summary>Sets what is known of a certificate.</summary>
    public void Set(byte[] certificateSha256, CertificateStanding standing) => _standings[certificateSha256] = standing;

    /// <summary>Forgets a certificate that no key of the registry has any more.</summary>
    public void Remove(byte[] certificateSha256) => _standings.TryRemove(certificateSha256, out _);

    private sealed class ByDigest : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] digest) => digest.Length < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(digest);
    }
}
