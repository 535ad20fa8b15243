using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hub.Adapters.Trust;

/// <summary>Reads a whole CRL (RFC 5280, 5) and looks some serial numbers up in it, in one pass and without keeping it.
/// Delta CRLs, indirect and partitioned ones, and every other critical extension are refused by name. Pure.</summary>
internal sealed class CrlReader
{
    private const AsnEncodingRules Der = AsnEncodingRules.DER;
    private const string ReasonCode = "2.5.29.21";
    private const string CertificateIssuer = "2.5.29.29";
    private const string Delta = "2.5.29.27";
    private const string DistributionPoint = "2.5.29.28";
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>From when it is.</summary>
    internal required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When the next one comes at the latest.</summary>
    internal required DateTimeOffset NextUpdate { get; init; }

    /// <summary>The wanted serial numbers that are on it, with instant and reason.</summary>
    internal required IReadOnlyDictionary<string, (DateTimeOffset At, string? Reason)> Revoked { get; init; }

    /// <summary>Reads and verifies one.</summary>
    /// <param name="der">The CRL.</param>
    /// <param name="issuer">Who must have signed it.</param>
    /// <param name="wanted">Serial numbers to look up, see <see cref="Serial(X509Certificate2)"/>.</param>
    /// <param name="now">The instant within which it must hold.</param>
    /// <exception cref="RevocationFaultException">Not to be taken.</exception>
    internal static CrlReader Read(ReadOnlyMemory<byte> der, X509Certificate2 issuer, IReadOnlySet<string> wanted, DateTimeOffset now)
    {
        try
        {
            var outer = new AsnReader(der, Der);
            var list = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var signed = IssuerSignature.Read(list);
            list.ThrowIfNotEmpty();
            if (CertificateUsage.Forbids(issuer, X509KeyUsageFlags.CrlSign)) throw new RevocationFaultException($"'{issuer.Subject}' may not sign CRLs (keyUsage cRLSign).");
            IssuerSignature.Require(signed, issuer, "The CRL");
            return ReadSigned(signed, issuer, wanted, now);
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CryptographicException)
        {
            throw new RevocationFaultException($"The CRL cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>A serial number as a CRL and this class compare it: hexadecimal, by value.</summary>
    internal static string Serial(X509Certificate2 certificate) =>
        Serial(certificate.SerialNumberBytes.Span);

    private static CrlReader ReadSigned(IssuerSignature.Signed signed, X509Certificate2 issuer, IReadOnlySet<string> wanted, DateTimeOffset now)
    {
        var tbs = new AsnReader(signed.Tbs, Der).ReadSequence();
        if (tbs.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) && tbs.ReadInteger() != 1) throw new RevocationFaultException("The CRL has a version that is neither 1 nor 2.");
        if (IssuerSignature.ReadAlgorithm(tbs) != signed.Algorithm) throw new RevocationFaultException("The CRL names two signature algorithms.");
        if (!tbs.ReadEncodedValue().Span.SequenceEqual(issuer.SubjectName.RawData)) throw new RevocationFaultException($"The CRL was issued by another authority than '{issuer.Subject}'.");
        var thisUpdate = Time(tbs);
        var nextUpdate = tbs.HasData && IsTime(tbs.PeekTag()) ? Time(tbs) : throw new RevocationFaultException("The CRL does not say when the next one comes (nextUpdate).");
        var revoked = tbs.HasData && tbs.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? ReadEntries(tbs.ReadEncodedValue().Span, wanted) : [];
        if (tbs.HasData) CheckExtensions(tbs.ReadSequence(Extensions).ReadSequence());
        tbs.ThrowIfNotEmpty();
        Freshness.Require("The CRL", thisUpdate, nextUpdate, now);
        return new CrlReader { ThisUpdate = thisUpdate, NextUpdate = nextUpdate, Revoked = revoked };
    }

    private static Dictionary<string, (DateTimeOffset At, string? Reason)> ReadEntries(ReadOnlySpan<byte> encoded, IReadOnlySet<string> wanted)
    {
        var found = new Dictionary<string, (DateTimeOffset, string?)>(StringComparer.Ordinal);
        AsnDecoder.ReadSequence(encoded, Der, out var offset, out var length, out _);
        var rest = encoded.Slice(offset, length);
        while (!rest.IsEmpty)
        {
            AsnDecoder.ReadSequence(rest, Der, out var start, out var size, out var consumed);
            var entry = rest.Slice(start, size);
            var serial = AsnDecoder.ReadIntegerBytes(entry, Der, out var used);
            var name = Serial(serial);
            var isWanted = wanted.Contains(name);
            // The extensions of every entry are read: in an indirect CRL they say that all that follow are another issuer's.
            if (isWanted || HasExtensions(entry[used..])) ReadEntry(entry[used..], isWanted ? name : null, found);
            rest = rest[consumed..];
        }

        return found;
    }

    private static string Serial(ReadOnlySpan<byte> number) => Convert.ToHexStringLower(number.TrimStart((byte)0));

    private static bool HasExtensions(ReadOnlySpan<byte> entry)
    {
        AsnDecoder.ReadEncodedValue(entry, Der, out _, out _, out var consumed);
        return consumed < entry.Length;
    }

    private static void ReadEntry(ReadOnlySpan<byte> entry, string? serial, Dictionary<string, (DateTimeOffset At, string? Reason)> found)
    {
        var reader = new AsnReader(entry.ToArray(), Der);
        var at = Time(reader);
        string? reason = null;
        if (reader.HasData)
        {
            var extensions = reader.ReadSequence();
            while (extensions.HasData)
            {
                var (oid, critical, value) = ReadExtension(extensions);
                if (oid == CertificateIssuer) throw new RevocationFaultException("The CRL is an indirect one (certificateIssuer); the issuer's own is needed.");
                if (oid == ReasonCode) reason = RevocationReasons.Read(new AsnReader(value, Der));
                else if (critical) throw new RevocationFaultException($"An entry of the CRL has the critical extension {oid}, which the hub does not know.");
            }
        }

        reader.ThrowIfNotEmpty();
        if (serial is not null) found[serial] = (at, reason);
    }

    private static void CheckExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var (oid, critical, _) = ReadExtension(extensions);
            if (oid == Delta) throw new RevocationFaultException("It is a delta CRL; the whole one is needed.");
            if (oid == DistributionPoint) throw new RevocationFaultException("The CRL covers only some certificates (issuingDistributionPoint); one for all is needed, or OCSP.");
            if (critical) throw new RevocationFaultException($"The CRL has the critical extension {oid}, which the hub does not know.");
        }
    }

    internal static (string Oid, bool Critical, ReadOnlyMemory<byte> Value) ReadExtension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.ReadObjectIdentifier();
        var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
        var value = extension.ReadOctetString();
        extension.ThrowIfNotEmpty();
        return (oid, critical, value);
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime(2049) : reader.ReadGeneralizedTime();
}
