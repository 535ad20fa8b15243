using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Signatures;

namespace Hub.Core.Delivery;

/// <summary>Signs envelopes of the hub itself and of its apps, so that they go the same way as everybody's.</summary>
internal static class EnvelopeSeal
{
    /// <summary>Signs an envelope (JSON encoding) and reads back what was signed: what is staged is what recipients verify.</summary>
    internal static async ValueTask<VerifiedEnvelope> SealAsync(
        Envelope envelope, ISigner signer, VerificationKey verifier, CancellationToken cancellationToken = default)
    {
        var octets = await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, signer, cancellationToken);
        return JsonEnvelope.Verify(octets, new OneKey(verifier), EnvelopeLimits.Default);
    }

    /// <summary>A fresh id, sortable by time.</summary>
    internal static string NewId(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("D");

    /// <summary>An instant as envelopes carry it: whole milliseconds.</summary>
    internal static DateTimeOffset WholeMilliseconds(DateTimeOffset instant) =>
        DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    private sealed class OneKey(VerificationKey key) : IKeyRing
    {
        public VerificationKey Find(SystemAddress sender, KeyHint hint) => key;
    }
}
