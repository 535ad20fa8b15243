using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Host.Demo.Agencies;

/// <summary>The senders' keys that an agency's own program trusts: a copy of the registry's.</summary>
internal sealed class PartnerKeys(RegistryContent registry) : IKeyRing
{
    private readonly Dictionary<SystemAddress, AgencySystem> _systems = registry.Systems.ToDictionary(static system => system.Address);

    /// <inheritdoc/>
    public VerificationKey Find(SystemAddress sender, KeyHint hint)
    {
        if (!_systems.TryGetValue(sender, out var system)) throw ProblemCode.UnknownSender.With($"{sender} is no partner.");
        return system.Keys.FirstOrDefault(key => hint.KeyId is not null
                ? key.Key.Id == hint.KeyId
                : key.Key.CertificateSha256 is { } digest && digest.AsSpan().SequenceEqual(hint.CertificateSha256))?.Key
            ?? throw ProblemCode.KeyUnknown.With($"{sender} has no key '{hint.KeyId}'.");
    }
}
