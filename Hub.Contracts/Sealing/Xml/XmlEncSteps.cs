using Hub.Contracts.Envelopes.Xml;

namespace Hub.Contracts.Sealing.Xml;

/// <summary>The steps by which the elements of XML Encryption are read.</summary>
internal static class XmlEncSteps
{
    /// <summary>Moves to the start tag of the next child, which must be this one.</summary>
    internal static void Expect(this CanonicalReader xml, string namespaceUri, string name)
    {
        if (!xml.NextChild(name)) throw SealingFaults.Malformed($"lacks the element {name}");
        if (!xml.Start.Is(namespaceUri, name)) throw SealingFaults.Unsupported("element", xml.Start.Name, $"{name} of {namespaceUri} in this place");
    }

    internal static void ExpectEnd(this CanonicalReader xml, string name)
    {
        if (xml.NextChild(name)) throw SealingFaults.Unsupported("element", xml.Start.Name, $"nothing more in {name}");
    }

    /// <summary>The only attribute of the start tag just reached.</summary>
    internal static string Algorithm(this CanonicalReader xml)
    {
        var element = xml.Start.LocalName;
        xml.OnlyAttributes(element, "Algorithm");
        return xml.Required(element, "Algorithm");
    }

    /// <summary>Moves to <c>CipherData</c> and reads it.</summary>
    internal static byte[] ReadCipher(this CanonicalReader xml, int maxBytes)
    {
        xml.Expect(XmlEncNames.Enc, "CipherData");
        return xml.ReadCipherHere(maxBytes);
    }

    /// <summary>Reads the <c>CipherData</c> whose start tag was just reached; a value only, never a reference to elsewhere.</summary>
    internal static byte[] ReadCipherHere(this CanonicalReader xml, int maxBytes)
    {
        if (!xml.Start.Is(XmlEncNames.Enc, "CipherData")) throw SealingFaults.Unsupported("element", xml.Start.Name, "CipherData in this place");
        xml.OnlyAttributes("CipherData");
        xml.Expect(XmlEncNames.Enc, "CipherValue");
        xml.OnlyAttributes("CipherValue");
        var value = xml.ReadBase64("CipherValue", maxBytes) ?? throw SealingFaults.Malformed("has an empty CipherValue");
        xml.ExpectEnd("CipherData");
        return value;
    }
}
