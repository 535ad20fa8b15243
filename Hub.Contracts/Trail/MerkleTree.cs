namespace Hub.Contracts.Trail;

/// <summary>Merkle tree hashes and proofs, RFC 9162 §2.1 with SHA-256. Pure functions.</summary>
public static class MerkleTree
{
    /// <summary>Bytes in a hash.</summary>
    public const int HashLength = 32;

    /// <summary>Hash of a leaf: SHA-256(0x00 ‖ data).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> data) => throw new NotImplementedException();

    /// <summary>Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => throw new NotImplementedException();

    /// <summary>The root of an inclusion proof (RFC 9162 §2.1.3.2); null when the proof has the wrong length.</summary>
    public static byte[]? RootFromInclusionProof(long index, long size, ReadOnlySpan<byte> leafHash, IReadOnlyList<byte[]> proof) => throw new NotImplementedException();

    /// <summary>Whether a consistency proof (RFC 9162 §2.1.4.2) shows that the first tree is a prefix of the second.</summary>
    public static bool VerifyConsistency(long firstSize, ReadOnlySpan<byte> firstRoot, long secondSize, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof) => throw new NotImplementedException();
}
