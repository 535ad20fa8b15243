using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>The canonical forms of the signature profile, both without comments.</summary>
public enum CanonicalForm
{
    /// <summary>Canonical XML 1.0, <c>http://www.w3.org/TR/2001/REC-xml-c14n-20010315</c>.</summary>
    Inclusive,

    /// <summary>Exclusive XML Canonicalization 1.0, <c>http://www.w3.org/2001/10/xml-exc-c14n#</c>.</summary>
    Exclusive,
}

/// <summary>Canonical XML of whole documents, for tools and tests. Thread-safe.</summary>
public static class CanonicalXml
{
    /// <summary>The canonical octets of a document: one element in UTF-8 without DTD, comments and processing instructions.</summary>
    /// <param name="document">The document.</param>
    /// <param name="form">The form wanted.</param>
    /// <param name="inclusivePrefixes">For the exclusive form, the prefixes of <c>InclusiveNamespaces</c>; empty text for <c>#default</c>.</param>
    /// <param name="limits">What is accepted at most, and of the result too; null for <see cref="EnvelopeLimits.Default"/>.</param>
    /// <exception cref="ProblemException"><c>malformed-envelope</c>, <c>unsupported-profile</c> (comments, processing
    /// instructions) or <c>too-large</c>.</exception>
    public static ReadOnlyMemory<byte> Canonicalise(
        ReadOnlyMemory<byte> document, CanonicalForm form = CanonicalForm.Inclusive,
        IReadOnlyCollection<string>? inclusivePrefixes = null, EnvelopeLimits? limits = null)
    {
        limits ??= EnvelopeLimits.Default;
        using var sink = new OctetSink(hash: null);
        using var reader = new CanonicalReader(
            document, sink, new CanonicalWriter(sink, form, inclusivePrefixes ?? []), limits);
        var part = reader.Next();
        if (part == XmlPart.Start) reader.CaptureElement(limits.MaxBytes);
        while (part != XmlPart.Finished) part = reader.Next();
        return reader.Captured;
    }
}
