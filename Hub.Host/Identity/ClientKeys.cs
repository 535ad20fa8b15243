using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Trail;

namespace Hub.Host.Identity;

/// <summary>The keys by which systems and people show who they are, as the registry in force says. Only signature keys count:
/// an encryption key proves nothing about its holder.</summary>
internal sealed class ClientKeys(IRegistry registry, IHubKeys keys, HubSettings settings, TimeProvider clock, ICertificateStatus certificates)
{
    /// <summary>Whether a name has the form of a person's: <c>operator:name</c> or <c>auditor:name</c>.</summary>
    internal static bool IsPerson(string name) =>
        name.StartsWith("operator:", StringComparison.Ordinal) || name.StartsWith("auditor:", StringComparison.Ordinal);

    /// <summary>The client and its key that a hint names, both in force.</summary>
    /// <param name="name">System address, <c>operator:name</c> or <c>auditor:name</c>.</param>
    /// <param name="hint">Which key.</param>
    /// <param name="verify">For people asked before anything is said about the key: strangers must not learn who is registered.</param>
    /// <exception cref="ProblemException"><c>unauthenticated</c>, <c>unknown-sender</c>, <c>key-unknown</c>, <c>key-expired</c>, <c>key-revoked</c> or <c>certificate-invalid</c>.</exception>
    internal RegisteredClient Find(string name, KeyHint hint, Func<VerificationKey, bool>? verify = null)
    {
        var current = registry.Current;
        if (IsPerson(name)) return FindPerson(current, name, key => Names(hint, key.Key) && verify?.Invoke(key.Key) != false);
        var system = SystemAddress.TryParse(name, out var parsed) ? parsed : throw NoName(name);
        var key = Ring(current).Find(system, hint);
        RequireSignature(current, system, key);
        return new RegisteredClient(name, key, system, Person: null);
    }

    /// <summary>The client whose registered signature key a TLS certificate carries (RFC 8705 §2). Names, issuers and dates in the
    /// certificate count for nothing; the handshake has proven that the caller holds the key.</summary>
    /// <exception cref="ProblemException">As <see cref="Find"/>.</exception>
    internal RegisteredClient FindByCertificate(string name, X509Certificate2 certificate)
    {
        var current = registry.Current;
        var thumbprint = Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        if (IsPerson(name)) return FindPerson(current, name, key => key.Key.Thumbprint == thumbprint);
        var address = SystemAddress.TryParse(name, out var parsed) ? parsed : throw NoName(name);
        var system = current.FindSystem(address)
            ?? throw ProblemCode.UnknownSender.With($"'{address}' is not a system in the registry (version {current.Version}). Broken link: identity.");
        var key = system.Keys.FirstOrDefault(k => k.Use == KeyUse.Signature && k.Key.Thumbprint == thumbprint)
            ?? throw ProblemCode.KeyUnknown.With($"The key of the TLS certificate (SHA-256 {thumbprint}) is not registered as a signature key of '{address}'; the names in the certificate do not count. Broken link: key.");
        return Find(name, new KeyHint(key.Key.Id, null));
    }

    /// <summary>Whether a person of this name is registered in either role, in force or not.</summary>
    internal bool IsRegistered(string actor) => Registered(registry.Current, actor) is not null;

    private RegisteredClient FindPerson(RegistrySnapshot current, string name, Func<SystemKey, bool> isKey)
    {
        var now = clock.GetUtcNow();
        var person = Registered(current, name);
        if (person?.Keys.FirstOrDefault(k => k.Use == KeyUse.Signature && isKey(k)) is not { } key)
            throw ProblemCode.Unauthenticated.With("No person of this name with this signature key is in the registry. Broken link: identity or key.");
        if (now < person.ValidFrom || now >= person.ValidUntil)
            throw ProblemCode.Unauthenticated.With($"'{name}' is registered from {person.ValidFrom:yyyy-MM-ddTHH:mm:ssZ} until {person.ValidUntil:yyyy-MM-ddTHH:mm:ssZ}. Broken link: identity.");
        Ring(current).RequireInForce(name, key);
        return new RegisteredClient(name, key.Key, System: null, person);
    }

    private static Person? Registered(RegistrySnapshot current, string actor) =>
        current.FindPerson(actor[(actor.IndexOf(':', StringComparison.Ordinal) + 1)..]) is { } person && $"{person.Role}:{person.Name}" == actor ? person : null;

    private RegistryKeyRing Ring(RegistrySnapshot current) => new(current, keys, clock, settings.Development, certificates);

    private static void RequireSignature(RegistrySnapshot current, SystemAddress system, VerificationKey key)
    {
        if (current.FindSystem(system)?.Keys.FirstOrDefault(k => k.Key.Id == key.Id) is { Use: not KeyUse.Signature })
            throw ProblemCode.KeyUnknown.With($"The key '{key.Id}' of {system} is registered for encryption; it signs nothing. Broken link: key.");
    }

    private static bool Names(KeyHint hint, VerificationKey key) => hint.KeyId is { } id
        ? key.Id == id
        : hint.CertificateSha256 is { } digest && key.CertificateSha256 is { } own && CryptographicOperations.FixedTimeEquals(digest, own);

    private static ProblemException NoName(string name) => ProblemCode.Unauthenticated.With(
        $"'{new string([.. name.Take(60).Where(static c => c is > ' ' and < (char)127)])}' is neither a system's address (H29.12/qlvb) nor operator:name nor auditor:name.");
}
