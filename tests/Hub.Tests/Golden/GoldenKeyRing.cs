using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>A key ring over a list of keys, with the refusals that the port promises.</summary>
public sealed class GoldenKeyRing(IEnumerable<GoldenKey> keys) : IKeyRing
{
    private readonly List<(GoldenKey Registered, VerificationKey Key)> _keys =
        [.. keys.Select(key => (key, new VerificationKey(key.Id, key.SubjectPublicKeyInfo, key.Certificate is null ? null : SHA256.HashData(key.Certificate))))];

    public VerificationKey Find(SystemAddress sender, KeyHint hint)
    {
        var own = _keys.Where(k => k.Registered.Sender == sender).ToList();
        if (own.Count == 0) throw ProblemCode.UnknownSender.With($"{sender} is not registered.");
        foreach (var (registered, key) in own)
        {
            if (hint.KeyId is not null ? key.Id != hint.KeyId : !hint.CertificateSha256.AsSpan().SequenceEqual(key.CertificateSha256)) continue;
            return registered.State switch
            {
                "active" => key,
                "expired" => throw ProblemCode.KeyExpired.With($"The key {key.Id} has expired."),
                _ => throw ProblemCode.KeyRevoked.With($"The key {key.Id} is revoked."),
            };
        }

        throw ProblemCode.KeyUnknown.With($"{sender} has no such key.");
    }
}
