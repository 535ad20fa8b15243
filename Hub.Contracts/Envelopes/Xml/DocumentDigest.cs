using System.Security.Cryptography;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>The digest of a document without its signature, for signatures that ask for another hash than SHA-256.</summary>
internal static class DocumentDigest
{
    internal static byte[] Compute(ReadOnlyMemory<byte> octets, HashAlgorithmName hash, EnvelopeLimits limits)
    {
        using var sink = new OctetSink(hash);
        using var xml = new CanonicalReader(octets, sink, new CanonicalWriter(sink, CanonicalForm.Inclusive, []), limits);
        while (xml.Next() is var part && part != XmlPart.Finished)
            if (part == XmlPart.Start && xml.Depth == 2 && xml.Start.Is(XmlNames.Signature, "Signature")) xml.LeaveOutElement();
        return sink.HashValue();
    }
}
