using System.Security.Cryptography;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Digests of unfinished uploads so far, kept so that one that arrives in pieces is not read back from its beginning at its
/// end. Another node may have gone on meanwhile: a digest is worth something only at the offset it stands at. Thread-safe.</summary>
internal sealed class UploadDigests : IDisposable
{
    private const int Most = 256;
    private readonly Dictionary<long, (long Offset, IncrementalHash Digest)> _kept = [];

    /// <summary>Takes the digest of an upload up to an offset; null when it is not known.</summary>
    internal IncrementalHash? Take(long upload, long offset)
    {
        lock (_kept)
        {
            if (!_kept.Remove(upload, out var found)) return offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            if (found.Offset == offset) return found.Digest;
            found.Digest.Dispose();
            return offset == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        }
    }

    /// <summary>Keeps a digest for the next append.</summary>
    internal void Put(long upload, long offset, IncrementalHash digest)
    {
        lock (_kept)
        {
            if (_kept.Remove(upload, out var before)) before.Digest.Dispose();
            if (_kept.Count >= Most && _kept.Remove(_kept.Keys.First(), out var other)) other.Digest.Dispose();
            _kept.Add(upload, (offset, digest));
        }
    }

    public void Dispose()
    {
        lock (_kept)
        {
            foreach (var (_, digest) in _kept.Values) digest.Dispose();
            _kept.Clear();
        }
    }
}
