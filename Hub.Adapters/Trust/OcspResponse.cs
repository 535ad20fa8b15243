using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Core.Registry.Certificates;

namespace Hub.Adapters.Trust;

/// <summary>Reads and verifies the answer of an OCSP responder (RFC 6960, 4.2). Pure.</summary>
internal static class OcspResponse
{
    private const AsnEncodingRules Der = AsnEncodingRules.DER;
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";
    private static readonly TimeSpan WithoutEnd = TimeSpan.FromHours(1);

    /// <summary>Reads the answer to a question.</summary>
    /// <returns>Good or revoked; or unknown, when the responder says so.</returns>
    /// <exception cref="RevocationFaultException">Not to be taken.</exception>
    internal static RevocationAnswer Read(ReadOnlyMemory<byte> der, OcspRequest request, X509Certificate2 issuer, string source, DateTimeOffset now)
    {
        try
        {
            var reader = new AsnReader(der, Der);
            var outer = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            RequireSuccess(outer.ReadEnumeratedBytes().Span);
            var bytes = outer.ReadSequence(Context(0)).ReadSequence();
            if (bytes.ReadObjectIdentifier() != Basic) throw new RevocationFaultException("The responder's answer is of an unknown type.");
            var basic = new AsnReader(bytes.ReadOctetString(), Der).ReadSequence();
            var signed = IssuerSignature.Read(basic);
            var certificates = basic.HasData ? ReadCertificates(basic.ReadSequence(Context(0)).ReadSequence()) : [];
            basic.ThrowIfNotEmpty();
            return ReadSigned(signed, certificates, request, issuer, source, now);
        }
        catch (Exception unreadable) when (unreadable is AsnContentException or CryptographicException)
        {
            throw new RevocationFaultException($"The responder's answer cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static void RequireSuccess(ReadOnlySpan<byte> status)
    {
        if (status is [0]) return;
        var name = status switch
        {
            [1] => "malformedRequest",
            [2] => "internalError",
            [3] => "tryLater",
            [5] => "sigRequired",
            [6] => "unauthorized",
            _ => "an unknown status",
        };
        throw new RevocationFaultException($"The responder gave no answer: {name}.");
    }

    private static RevocationAnswer ReadSigned(
        IssuerSignature.Signed signed, IReadOnlyList<ReadOnlyMemory<byte>> certificates, OcspRequest request, X509Certificate2 issuer, string source, DateTimeOffset now)
    {
        var data = new AsnReader(signed.Tbs, Der).ReadSequence();
        if (data.PeekTag().HasSameClassAndValue(Context(0))) data.ReadEncodedValue();
        var responder = data.ReadEncodedValue();
        data.ReadGeneralizedTime();
        var answers = data.ReadSequence();
        OcspResponder.Require(signed, responder, certificates, issuer, now);
        if (data.HasData) CheckExtensions(data.ReadSequence(Context(1)).ReadSequence(), request.Nonce);
        data.ThrowIfNotEmpty();
        while (answers.HasData)
        {
            var answer = answers.ReadSequence();
            if (CertificateId.Read(answer) == request.Id) return ReadAnswer(answer, source, now);
        }

        throw new RevocationFaultException("The responder answered about other certificates than the one asked about.");
    }

    private static RevocationAnswer ReadAnswer(AsnReader answer, string source, DateTimeOffset now)
    {
        var status = answer.PeekTag();
        var revoked = status.HasSameClassAndValue(Context(1)) ? answer.ReadSequence(Context(1)) : null;
        if (revoked is null) answer.ReadEncodedValue();
        var thisUpdate = answer.ReadGeneralizedTime();
        DateTimeOffset? stated = answer.HasData && answer.PeekTag().HasSameClassAndValue(Context(0)) ? answer.ReadSequence(Context(0)).ReadGeneralizedTime() : null;
        if (answer.HasData) CheckExtensions(answer.ReadSequence(Context(1)).ReadSequence(), nonce: null);
        answer.ThrowIfNotEmpty();
        // Without an end "newer information is available all the time" (4.2.2.1): then it is taken for an hour.
        var until = stated ?? thisUpdate + WithoutEnd;
        Freshness.Require("The responder's answer", thisUpdate, until, now);
        var read = new RevocationAnswer(CertificateState.Unknown, source) { ThisUpdate = thisUpdate, Until = until };
        if (revoked is not null)
        {
            var at = revoked.ReadGeneralizedTime();
            return read with { State = CertificateState.Revoked, RevokedAt = at, Reason = revoked.HasData ? RevocationReasons.Read(revoked.ReadSequence(Context(0))) : null };
        }

        return status.HasSameClassAndValue(Context(0))
            ? read with { State = CertificateState.Good }
            : read with { Fault = "The responder does not know the certificate." };
    }

    private static void CheckExtensions(AsnReader extensions, byte[]? nonce)
    {
        while (extensions.HasData)
        {
            var (oid, critical, value) = CrlReader.ReadExtension(extensions);
            if (oid == OcspRequest.NonceOid && nonce is not null)
            {
                if (!new AsnReader(value, Der).ReadOctetString().AsSpan().SequenceEqual(nonce)) throw new RevocationFaultException("The responder answered another question (nonce): a replay.");
            }
            else if (critical)
            {
                throw new RevocationFaultException($"The responder's answer has the critical extension {oid}, which the hub does not know.");
            }
        }
    }

    private static List<ReadOnlyMemory<byte>> ReadCertificates(AsnReader certificates)
    {
        List<ReadOnlyMemory<byte>> read = [];
        while (certificates.HasData && read.Count < 8) read.Add(certificates.ReadEncodedValue());
        return read;
    }

    private static Asn1Tag Context(int number) => new(TagClass.ContextSpecific, number);
}
