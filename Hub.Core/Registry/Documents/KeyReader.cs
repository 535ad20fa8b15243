using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Signatures;

namespace Hub.Core.Registry.Documents;

/// <summary>Reads one public key: PEM of a SubjectPublicKeyInfo or of a certificate, whose validity then bounds the key's.</summary>
internal static class KeyReader
{
    private const int MaxPem = 20_000;

    internal static SystemKey? Read(ObjectReader o, Places places)
    {
        var id = o.Required("id", 64);
        var pem = o.Text("pem", MaxPem, multiLine: true);
        var file = o.Text("file", 1000);
        var certificateSha256 = o.Value<Digest>("certificateSha256", Digest.TryParse, "64 lower-case hexadecimal digits.");
        var notBefore = o.Time("notBefore");
        var notAfter = o.Time("notAfter");
        var revoked = o.Time("revoked");
        var development = o.Flag("development", otherwise: false);
        o.Close();
        if (file is not null) o.Refuse("file", "is resolved by 'hub import' on the operator's machine; the hub itself takes 'pem' only.");
        else if (pem is null) o.Refuse("pem", "is missing.");
        if (id.Length == 0 || pem is null) return null;
        try
        {
            var (spki, certificate) = Decode(pem);
            using (certificate)
            {
                if (certificate is not null && certificateSha256 is not null) o.Refuse("certificateSha256", "stands beside a certificate; leave it out.");
                if (notAfter > certificate?.NotAfter) o.Refuse("notAfter", "is later than the certificate's own end.");
                if (notBefore < certificate?.NotBefore) o.Refuse("notBefore", "is earlier than the certificate's own begin.");
                var key = new VerificationKey(id, spki, certificate?.GetCertHash(HashAlgorithmName.SHA256) ?? certificateSha256?.Bytes);
                return places.Mark(
                    new SystemKey(key, notBefore ?? Utc(certificate?.NotBefore), notAfter ?? Utc(certificate?.NotAfter), revoked, development),
                    o.Place);
            }
        }
        catch (Exception refused) when (refused is CryptographicException or AsnContentException)
        {
            o.Refuse("pem", $"is no key of the strict profile (RSA of 2,048 to 8,192 bits, P-256, P-384): {refused.Message}");
            return null;
        }
    }

    private static (byte[] Spki, X509Certificate2? Certificate) Decode(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields)) throw new CryptographicException("There is no PEM block in it.");
        var label = pem[fields.Label];
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
            throw new CryptographicException("It is a PRIVATE key. Take it out, treat it as compromised, and register the public half of a new one.");
        if (PemEncoding.TryFind(pem.AsSpan(fields.Location.End.GetOffset(pem.Length)), out _))
            throw new CryptographicException("There is more than one PEM block in it.");
        var der = Convert.FromBase64String(pem[fields.Base64Data]);
        if (label == "CERTIFICATE")
        {
            var certificate = X509CertificateLoader.LoadCertificate(der);
            return (certificate.PublicKey.ExportSubjectPublicKeyInfo(), certificate);
        }

        if (label != "PUBLIC KEY") throw new CryptographicException($"'{label}' is neither PUBLIC KEY nor CERTIFICATE.");
        PublicKey.CreateFromSubjectPublicKeyInfo(der, out var read);
        return read == der.Length ? (der, null) : throw new CryptographicException("There are bytes after the key.");
    }

    private static DateTimeOffset? Utc(DateTime? local) => local is { } time ? new DateTimeOffset(time).ToUniversalTime() : null;

    private readonly record struct Digest(byte[] Bytes)
    {
        private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

        internal static bool TryParse(string text, out Digest digest)
        {
            var valid = text.Length == 64 && !text.AsSpan().ContainsAnyExcept(HexDigits);
            digest = valid ? new Digest(Convert.FromHexString(text)) : default;
            return valid;
        }
    }
}
