using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Core.Registry.Certificates;

/// <summary>Where the issuer of a certificate tells its status: http and https addresses only, at most four of each kind, in the
/// certificate's own order.</summary>
/// <param name="Ocsp">OCSP responders (authority information access, RFC 5280, 4.2.2.1).</param>
/// <param name="Crl">Whole CRLs (CRL distribution points, 4.2.1.13); points that hold only some reasons, or whose CRL somebody
/// else signs, are left out.</param>
public sealed record RevocationAddresses(IReadOnlyList<Uri> Ocsp, IReadOnlyList<Uri> Crl)
{
    private const int Most = 4;
    private const string CrlPoints = "2.5.29.31";
    private const string AuthorityInformation = "1.3.6.1.5.5.7.1.1";
    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag UriName = new(TagClass.ContextSpecific, 6);

    /// <summary>Whether it names none.</summary>
    public bool IsEmpty => Ocsp.Count + Crl.Count == 0;

    /// <summary>Reads them; what cannot be read counts as absent.</summary>
    public static RevocationAddresses Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new RevocationAddresses(
            Read(certificate, AuthorityInformation, static e => new X509AuthorityInformationAccessExtension(e.RawData).EnumerateOcspUris()),
            Read(certificate, CrlPoints, static e => ReadPoints(e.RawData)));
    }

    private static IReadOnlyList<Uri> Read(X509Certificate2 certificate, string oid, Func<X509Extension, IEnumerable<string>> read)
    {
        if (certificate.Extensions[oid] is not { } extension) return [];
        try
        {
            return [.. read(extension).Select(Address).OfType<Uri>().Take(Most)];
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CryptographicException)
        {
            return [];
        }
    }

    private static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", Host.Length: > 0 } ? uri : null;

    private static List<string> ReadPoints(ReadOnlyMemory<byte> extension)
    {
        List<string> found = [];
        var points = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (points.HasData)
        {
            var point = points.ReadSequence();
            // distributionPoint [0], then reasons [1] and cRLIssuer [2], which make it a point of another kind.
            if (!point.HasData || !point.PeekTag().HasSameClassAndValue(Context0)) continue;
            var name = point.ReadSequence(Context0);
            if (point.HasData || !name.HasData || !name.PeekTag().HasSameClassAndValue(Context0)) continue;
            var names = name.ReadSequence(Context0);
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(UriName)) found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriName));
                else names.ReadEncodedValue();
            }
        }

        return found;
    }
}
