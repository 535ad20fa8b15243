using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>The Json encoding of the envelope.</summary>
public static class JsonEnvelope
{
    /// <summary>Parses and verifies; see <see cref="EnvelopeCodec.Verify"/>.</summary>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static VerifiedEnvelope Verify(ReadOnlyMemory<byte> octets, IKeyRing keys, EnvelopeLimits limits) =>
        throw new NotImplementedException();

    /// <summary>Parses without verifying, for tools that show a file. Never use the result as a sender's word.</summary>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static Envelope ReadUnverified(ReadOnlyMemory<byte> octets, EnvelopeLimits limits) =>
        throw new NotImplementedException();

    /// <summary>Writes and signs; see <see cref="EnvelopeCodec.SignAsync"/>.</summary>
    public static ValueTask<byte[]> SignAsync(Envelope envelope, ISigner signer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
