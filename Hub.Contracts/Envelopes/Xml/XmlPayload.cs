using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>A payload of form xml as it stands in the model: one element in canonical form that stands alone.</summary>
/// <param name="Canonical">Its octets.</param>
/// <param name="NameEnd">Where its name ends in them.</param>
/// <param name="DefaultNamespace">Its default namespace, empty when it has none; declared right after its name.</param>
internal readonly record struct XmlPayload(ReadOnlyMemory<byte> Canonical, int NameEnd, string DefaultNamespace)
{
    /// <summary>Reads and checks one element; it will stand two levels deep in the envelope.</summary>
    /// <exception cref="ProblemException">Not one well-formed element within the limits and the profile.</exception>
    internal static XmlPayload Read(ReadOnlyMemory<byte> element, EnvelopeLimits limits)
    {
        using var sink = new OctetSink(hash: null);
        using var xml = new CanonicalReader(
            element, sink, new CanonicalWriter(sink, CanonicalForm.Inclusive, []), limits with { MaxDepth = limits.MaxDepth - 2 });
        var part = xml.Next();
        var nameEnd = 1 + System.Text.Encoding.UTF8.GetByteCount(xml.Start.Name);
        var defaultNamespace = xml.Start.Declarations.Find(declaration => declaration.Prefix is "").Uri ?? "";
        xml.CaptureElement(limits.MaxBytes);
        for (; part != XmlPart.Finished; part = xml.Next())
            if (part == XmlPart.Start) ContentReader.RefuseSignature(xml.Start);
        return new XmlPayload(xml.Captured, nameEnd, defaultNamespace);
    }
}
