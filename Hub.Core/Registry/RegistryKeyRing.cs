using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry.Certificates;
using Hub.Core.Trail;

namespace Hub.Core.Registry;

/// <summary>The keys that one registry snapshot trusts. The hub's own address stands for its gateway key; apps on the bus
/// have keys that the hub holds. Every refusal names the broken link. Thread-safe.</summary>
/// <param name="registry">The snapshot used for the whole decision.</param>
/// <param name="hub">The hub's own keys.</param>
/// <param name="clock">Tells whether a key is valid now.</param>
/// <param name="development">Whether keys made by <c>hub dev-pki</c> are trusted.</param>
/// <param name="certificates">What is known of the certificates of keys.</param>
public sealed class RegistryKeyRing(RegistrySnapshot registry, IHubKeys hub, TimeProvider clock, bool development, ICertificateStatus certificates) : IKeyRing
{
    /// <inheritdoc/>
    public VerificationKey Find(SystemAddress sender, KeyHint hint)
    {
        if (sender == registry.Hub) return HubHeld(sender, hub.GatewayVerifier, hint);
        if (registry.FindSystem(sender) is not { } system)
            throw ProblemCode.UnknownSender.With($"'{sender}' is not a system in the registry (version {registry.Version}). Broken link: identity.");
        if (system.Channel.Kind == "app") return HubHeld(sender, hub.AppVerifier(sender), hint);
        // A key for sealing is never taken for one that signs, whatever the hint says.
        var key = system.Keys.FirstOrDefault(k => k.Use == KeyUse.Signature && Names(hint, k.Key)) ?? throw NoKey(system, hint);
        RequireInForce(sender.ToString(), key);
        return key.Key;
    }

    /// <summary>Lets a key pass that is valid now; for keys of people too.</summary>
    /// <param name="owner">Whose it is, for the refusal.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="ProblemException"><c>key-revoked</c>, <c>key-expired</c>, <c>key-unknown</c> for a development key, <c>certificate-invalid</c>.</exception>
    public void RequireInForce(string owner, SystemKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequireInForce(owner, key, clock.GetUtcNow());
    }

    /// <summary>The keys with which others may seal for a system: meant for it, valid at an instant, and with a certificate (if
    /// with any) that is in good standing as far as is known now.</summary>
    /// <param name="system">The system, as in the snapshot.</param>
    /// <param name="at">The instant; null for now.</param>
    public IReadOnlyList<SystemKey> EncryptionKeys(AgencySystem system, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        return [.. system.Keys.Where(key => key.Use == KeyUse.Encryption && IsInForce(system, key, at ?? clock.GetUtcNow()))];
    }

    private bool IsInForce(AgencySystem system, SystemKey key, DateTimeOffset at)
    {
        try
        {
            RequireInForce(system.Address.ToString(), key, at);
            return true;
        }
        catch (ProblemException)
        {
            return false;
        }
    }

    private void RequireInForce(string owner, SystemKey key, DateTimeOffset now)
    {
        var name = $"The key '{key.Key.Id}' of {owner}";
        if (key.Revoked <= now) throw ProblemCode.KeyRevoked.With($"{name} was revoked at {key.Revoked:u}. Broken link: key.");
        if (now >= key.NotAfter) throw ProblemCode.KeyExpired.With($"{name} was valid until {key.NotAfter:u}; it is {now:u}. Broken link: key.");
        if (now < key.NotBefore) throw ProblemCode.KeyExpired.With($"{name} is valid from {key.NotBefore:u}; it is {now:u}. Broken link: key.");
        if (key.Development && !development)
            throw ProblemCode.KeyUnknown.With($"{name} was made by 'hub dev-pki', and this hub does not run with --development. Broken link: key.");
        if (key.Certificate is not null && key.Key.CertificateSha256 is { } certificate) CheckCertificate(name, certificate, clock.GetUtcNow());
    }

    private void CheckCertificate(string name, byte[] certificate, DateTimeOffset now)
    {
        switch (RevocationRule.Judge(certificates.Find(certificate), registry.Policy, registry.Anchors.Any(), now, out var why))
        {
            case CertificateVerdict.Revoked: throw ProblemCode.KeyRevoked.With($"{name}: its certificate {why}. Broken link: chain.");
            case CertificateVerdict.Broken: throw ProblemCode.CertificateInvalid.With($"{name}: its certificate {why}. Broken link: chain.");
            case CertificateVerdict.Good: break;
        }
    }

    private static VerificationKey HubHeld(SystemAddress sender, VerificationKey key, KeyHint hint) => Names(hint, key)
        ? key
        : throw ProblemCode.KeyUnknown.With($"{sender} has no key {Describe(hint)}: the hub itself holds its key '{key.Id}'. Broken link: key.");

    private static bool Names(KeyHint hint, VerificationKey key) => hint.KeyId is { } id
        ? key.Id == id
        : hint.CertificateSha256 is { } digest && key.CertificateSha256 is { } registered && CryptographicOperations.FixedTimeEquals(digest, registered);

    private static string Describe(KeyHint hint) => hint.KeyId is { } id
        ? $"with the id '{id}'"
        : $"with a certificate of SHA-256 {Convert.ToHexStringLower(hint.CertificateSha256 ?? [])}";

    private static ProblemException NoKey(AgencySystem system, KeyHint hint)
    {
        if (system.Keys.Any(k => Names(hint, k.Key)))
            return ProblemCode.KeyUnknown.With($"The key {Describe(hint)} of {system.Address} is registered for encryption; it signs nothing. Broken link: key.");
        var known = string.Join(", ", system.Keys.Where(k => k.Use == KeyUse.Signature).Take(10).Select(k => $"'{k.Key.Id}'"));
        return ProblemCode.KeyUnknown.With($"{system.Address} has no key {Describe(hint)}; registered: {(known.Length == 0 ? "none" : known)}. Broken link: key.");
    }
}
