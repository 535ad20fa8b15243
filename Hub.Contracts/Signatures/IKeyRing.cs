using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Signatures;

/// <summary>How a signature names its key. Exactly one member is set. It is a hint for finding a registered key, never a
/// source of trust.</summary>
/// <param name="KeyId">A registered key id (<c>kid</c>, or <c>KeyName</c>).</param>
/// <param name="CertificateSha256">SHA-256 of the DER certificate (<c>x5t#S256</c>, or computed from X509Certificate).</param>
public readonly record struct KeyHint(string? KeyId, byte[]? CertificateSha256);

/// <summary>The keys registered for senders. Thread-safe; reads only memory.</summary>
public interface IKeyRing
{
    /// <summary>Finds the key registered for a sender that may be used now.</summary>
    /// <exception cref="ProblemException"><c>unknown-sender</c>, <c>key-unknown</c>, <c>key-expired</c>, <c>key-revoked</c> or <c>certificate-invalid</c>.</exception>
    VerificationKey Find(SystemAddress sender, KeyHint hint);
}
