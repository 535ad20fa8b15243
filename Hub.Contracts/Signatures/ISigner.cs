namespace Hub.Contracts.Signatures;

/// <summary>A private key that signs; asynchronous so that an HSM fits. Implementations are thread-safe.</summary>
public interface ISigner
{
    /// <summary>The id under which the public key is registered (<c>kid</c>).</summary>
    string KeyId { get; }

    /// <summary>The algorithm this key signs with.</summary>
    SignatureAlgorithm Algorithm { get; }

    /// <summary>The DER certificate that travels in KeyInfo or x5t#S256, if any.</summary>
    ReadOnlyMemory<byte>? Certificate { get; }

    /// <summary>Signs data (hashing it first). ECDSA signatures are r‖s (IEEE P1363), as JOSE and XML Signature want them.</summary>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);
}
