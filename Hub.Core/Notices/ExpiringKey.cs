using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Registry.Changes;

namespace Hub.Core.Notices;

/// <summary>A key, or the certificate of an authority, that ends soon.</summary>
/// <param name="Owner">System address, <c>operator:name</c>, <c>auditor:name</c>, or <c>anchor:name</c>.</param>
/// <param name="System">The system, when it is one's key.</param>
/// <param name="Key">Id of the key; for an anchor its name.</param>
/// <param name="Use"><c>signature</c>, <c>encryption</c> or <c>authority</c>.</param>
/// <param name="Thumbprint">SHA-256 of the public key, or of the anchor's certificate, lower-case hexadecimal.</param>
/// <param name="NotAfter">When it ends; with a certificate no later than that does.</param>
/// <param name="Threshold">Days before the end within which it now is: 60, 14 or 3.</param>
public sealed record ExpiringKey(string Owner, SystemAddress? System, string Key, string Use, string Thumbprint, DateTimeOffset NotAfter, int Threshold)
{
    /// <summary>What is told once: this end, at this threshold.</summary>
    internal string Mark => $"{Thumbprint}/{NotAfter.UtcDateTime:yyyyMMddHHmmss}/{Threshold}";
}

/// <summary>Finds the keys that end soon. Pure.</summary>
public static class ExpiringKeys
{
    /// <summary>Every key of a registry that ends within the greatest threshold and is not revoked, soonest first.</summary>
    public static IReadOnlyList<ExpiringKey> Find(RegistrySnapshot registry, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var keys = registry.Systems.SelectMany(static s => s.Keys, static (s, key) => (Owner: s.Address.ToString(), System: (SystemAddress?)s.Address, Key: key))
            .Concat(registry.People.Where(p => !(p.ValidUntil <= now)).SelectMany(static p => p.Keys, static (p, key) => (Owner: $"{p.Role}:{p.Name}", System: (SystemAddress?)null, Key: key)));
        var ending =
            from k in keys
            let threshold = KeyExpiryPolicy.Due(k.Key, told: null, now)
            where threshold is not null
            select new ExpiringKey(
                k.Owner, k.System, k.Key.Key.Id, k.Key.Use == KeyUse.Signature ? "signature" : "encryption", k.Key.Key.Thumbprint, k.Key.NotAfter!.Value, threshold.Value);
        return [.. ending.Concat(registry.Anchors.Select(a => Anchor(a, now)).OfType<ExpiringKey>()).OrderBy(static e => e.NotAfter).ThenBy(static e => e.Owner, StringComparer.Ordinal)];
    }

    private static ExpiringKey? Anchor(TrustAnchor anchor, DateTimeOffset now)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(anchor.Certificate.Span);
        var end = new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
        return KeyExpiryPolicy.Reached(end, now) is { } threshold
            ? new ExpiringKey("anchor:" + anchor.Name, null, anchor.Name, "authority", Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256)), end, threshold)
            : null;
    }
}
