namespace Hub.Core.Registry.Certificates;

/// <summary>A key with a certificate, as the watch sees it.</summary>
/// <param name="Owner">System address, or <c>operator:name</c> or <c>auditor:name</c>.</param>
/// <param name="Key">The key.</param>
internal sealed record WatchedKey(string Owner, SystemKey Key)
{
    /// <summary>SHA-256 of the certificate.</summary>
    internal byte[] Digest => Key.Key.CertificateSha256!;

    internal string Sha256 => Convert.ToHexStringLower(Digest);

    /// <summary>The keys of a registry whose certificates matter now: neither revoked by the registry itself nor at their end.</summary>
    internal static IEnumerable<WatchedKey> Of(RegistrySnapshot registry, DateTimeOffset now) =>
        registry.Systems.SelectMany(static s => s.Keys, static (s, key) => new WatchedKey(s.Address.ToString(), key))
            .Concat(registry.People.SelectMany(static p => p.Keys, static (p, key) => new WatchedKey($"{p.Role}:{p.Name}", key)))
            .Where(w => w.Key is { Certificate: not null, Key.CertificateSha256: not null } && !(w.Key.Revoked <= now) && !(w.Key.NotAfter <= now));
}
