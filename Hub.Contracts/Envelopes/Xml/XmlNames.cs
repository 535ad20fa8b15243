namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Namespaces of the encoding.</summary>
internal static class XmlNames
{
    internal const string Envelope = "urn:hub:envelope:1";
    internal const string Signature = "http://www.w3.org/2000/09/xmldsig#";
    internal const string ExclusiveC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
    internal const string Declarations = "http://www.w3.org/2000/xmlns/";
}
