using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Hub.Adapters.Trust;

/// <summary>A question to an OCSP responder about one certificate (RFC 6960, 4.1), with a nonce of 32 bytes (RFC 9654).</summary>
internal sealed class OcspRequest(CertificateId id)
{
    internal const string MediaType = "application/ocsp-request";
    internal const string NonceOid = "1.3.6.1.5.5.7.48.1.2";

    internal CertificateId Id { get; } = id;

    internal byte[] Nonce { get; } = RandomNumberGenerator.GetBytes(32);

    internal byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                Id.Write(writer);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(NonceOid);
                using (writer.PushOctetString()) writer.WriteOctetString(Nonce);
            }
        }

        return writer.Encode();
    }
}
