using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Core.Registry.Documents;

/// <summary>A public key: PEM of a SubjectPublicKeyInfo, or of a certificate, whose validity then bounds the key's. As an object
/// of its own it names its system; within a system or person of a document it does not.</summary>
internal sealed class KeyForm() : SectionForm<OwnedKey>(RegistrySections.Keys, "key")
{
    private const int MaxPem = 20_000;
    private const int MaxProof = 8_000;

    internal override string Id(OwnedKey record) => IdOf(record.System, record.Key.Key.Id);

    internal static string IdOf(SystemAddress system, string key) => $"{system} {key}";

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => id.Split(' ', 2) is [var system, var key]
        ? [("system", system), ("id", key)]
        : [("system", id)];

    internal override JsonObject Members(OwnedKey record)
    {
        var members = Plain(record.Key);
        members.Insert(0, "system", record.System.ToString());
        return members;
    }

    internal override OwnedKey? ReadRecord(ObjectReader o, Places places)
    {
        var system = o.RequiredValue<SystemAddress>("system", SystemAddress.TryParse, SystemForm.AddressRule);
        var key = ReadPlain(o, places);
        return system is null || key is null ? null : places.Mark(new OwnedKey(system.Value, key), o.Place);
    }

    /// <summary>The members of a key without its owner.</summary>
    internal static JsonObject Plain(SystemKey key) => new ObjectWriter()
        .Text("id", key.Key.Id)
        .Text("use", Words.KeyUses.Unless(key.Use, default))
        .Text("pem", (key.Certificate is { } certificate
            ? PemEncoding.WriteString("CERTIFICATE", certificate.Span)
            : PemEncoding.WriteString("PUBLIC KEY", key.Key.SubjectPublicKeyInfo.Span)) + "\n")
        .Text("certificateSha256", key is { Certificate: null, Key.CertificateSha256: { } digest } ? Convert.ToHexStringLower(digest) : null)
        .Time("notBefore", key.NotBefore)
        .Time("notAfter", key.NotAfter)
        .Time("revoked", key.Revoked)
        .Flag("development", key.Development)
        .Text("proof", key.Proof).Json;

    internal static SystemKey? ReadPlain(ObjectReader o, Places places)
    {
        var id = o.Required("id", 64);
        var use = o.Value<KeyUse>("use", Words.KeyUses.TryParse, Words.KeyUses.Rule) ?? default;
        var pem = o.Pem(MaxPem);
        var certificateSha256 = o.Value<Digest256>("certificateSha256", Digest256.TryParse, "64 lower-case hexadecimal digits.");
        var notBefore = o.Time("notBefore");
        var notAfter = o.Time("notAfter");
        var revoked = o.Time("revoked");
        var development = o.Flag("development", otherwise: false);
        var proof = o.Text("proof", MaxProof);
        o.Close();
        if (id.Length == 0 || pem is null) return null;
        try
        {
            var block = PemBlock.Read(pem, "PUBLIC KEY", "CERTIFICATE");
            var certified = block.Label == "CERTIFICATE" ? Certified.Read(block.Der) : null;
            if (certified is not null && !o.Stored)
            {
                if (certificateSha256 is not null) o.Refuse("certificateSha256", "stands beside a certificate; leave it out.");
                if (notAfter > certified.NotAfter) o.Refuse("notAfter", "is later than the certificate's own end.");
                if (notBefore < certified.NotBefore) o.Refuse("notBefore", "is earlier than the certificate's own begin.");
            }

            var spki = certified?.SubjectPublicKeyInfo ?? block.Der;
            if (certified is null && !o.Stored) RequireWhole(spki);
            var digest = certified?.Sha256 ?? certificateSha256?.Bytes;
            var key = o.Stored ? VerificationKey.Deferred(id, spki, digest) : new VerificationKey(id, spki, digest);
            return places.Mark(
                new SystemKey(key, notBefore ?? certified?.NotBefore, notAfter ?? certified?.NotAfter, revoked, development)
                {
                    Use = use,
                    Certificate = certified is null ? (ReadOnlyMemory<byte>?)null : block.Der,
                    Proof = proof,
                },
                o.Place);
        }
        catch (Exception refused) when (refused is CryptographicException or AsnContentException)
        {
            o.Refuse("pem", $"is no key of the strict profile (RSA of 2,048 to 8,192 bits, P-256, P-384): {refused.Message}");
            return null;
        }
    }

    private static void RequireWhole(byte[] spki)
    {
        PublicKey.CreateFromSubjectPublicKeyInfo(spki, out var read);
        if (read != spki.Length) throw new CryptographicException("There are bytes after the key.");
    }

    /// <summary>What counts of a certificate.</summary>
    private sealed record Certified(byte[] SubjectPublicKeyInfo, byte[] Sha256, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
    {
        internal static Certified Read(byte[] der)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            if (certificate.RawDataMemory.Length != der.Length) throw new CryptographicException("There are bytes after the certificate.");
            return new Certified(
                certificate.PublicKey.ExportSubjectPublicKeyInfo(), certificate.GetCertHash(HashAlgorithmName.SHA256), Utc(certificate.NotBefore), Utc(certificate.NotAfter));
        }

        private static DateTimeOffset Utc(DateTime local) => new DateTimeOffset(local).ToUniversalTime();
    }

    private readonly record struct Digest256(byte[] Bytes)
    {
        private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

        internal static bool TryParse(string text, out Digest256 digest)
        {
            var valid = text.Length == 64 && !text.AsSpan().ContainsAnyExcept(HexDigits);
            digest = valid ? new Digest256(Convert.FromHexString(text)) : default;
            return valid;
        }
    }
}
