using System.Collections.Frozen;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;

namespace Hub.Core.Services.Xsd;

/// <summary>Reads an XML Schema 1.0 that stands alone, and collects every mistake.</summary>
internal static class XsdReader
{
    internal static readonly XNamespace Ns = XmlSchema.Namespace;
    private const string Versioning = "http://www.w3.org/2007/XMLSchema-versioning";
    private const int MaxDepth = 64;
    private const int MaxElements = 20_000;
    private const int MaxMistakes = 100;
    private const int MaxPattern = 2_000;

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
    [
        "schema", "element", "attribute", "complexType", "simpleType", "sequence", "choice", "all", "group", "attributeGroup", "simpleContent",
        "complexContent", "extension", "restriction", "list", "union", "any", "anyAttribute", "unique", "key", "keyref", "selector", "field",
        "annotation", "documentation", "appinfo", "enumeration", "pattern", "length", "minLength", "maxLength", "minInclusive", "maxInclusive",
        "minExclusive", "maxExclusive", "totalDigits", "fractionDigits", "whiteSpace",
    ]);

    internal static (IPayloadSchema? Schema, IReadOnlyList<SchemaMistake> Mistakes) Read(string text)
    {
        var mistakes = new List<SchemaMistake>();
        XDocument document;
        try
        {
            document = Load(text);
        }
        catch (XmlException fault)
        {
            return (null, [new SchemaMistake(At(fault.LineNumber), $"The text is not well-formed XML without document type, nested at most {MaxDepth} deep.")]);
        }

        CheckElements(document, mistakes);
        if (mistakes.Count == 0) XsdSize.Check(document, mistakes);
        if (mistakes.Count > 0) return (null, mistakes);
        var schema = Compile(document, mistakes);
        return (mistakes.Count == 0 ? schema : null, mistakes);
    }

    /// <summary>The document, with lines.</summary>
    /// <exception cref="XmlException">Not well-formed, a document type, too deep, too large.</exception>
    internal static XDocument Load(string text)
    {
        using (var probe = Reader(text))
            while (probe.Read())
                if (probe.Depth > MaxDepth) throw new XmlException("too deep", null, ((IXmlLineInfo)probe).LineNumber, 0);
        using var reader = Reader(text);
        return XDocument.Load(reader, LoadOptions.SetLineInfo);
    }

    internal static string At(int line) => line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : "";

    internal static string At(XElement element) => At(((IXmlLineInfo)element).LineNumber);

    private static XmlReader Reader(string text) => XmlReader.Create(new StringReader(text), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = ServiceDialects.MaxBytes,
    });

    private static void CheckElements(XDocument document, List<SchemaMistake> mistakes)
    {
        var count = 0;
        if (document.Root!.Name != Ns + "schema") mistakes.Add(new SchemaMistake(At(document.Root), "The root is not xs:schema of http://www.w3.org/2001/XMLSchema."));
        foreach (var element in document.Root.DescendantsAndSelf())
        {
            if (++count > MaxElements) mistakes.Add(new SchemaMistake("", $"The schema has more than {MaxElements} elements."));
            if (mistakes.Count > 0 && (count > MaxElements || mistakes.Count >= MaxMistakes)) return;
            foreach (var attribute in element.Attributes().Where(a => a.Name.NamespaceName == Versioning))
                mistakes.Add(new SchemaMistake(At(element), $"vc:{attribute.Name.LocalName} belongs to XSD 1.1; the hub reads XSD 1.0 alone."));
            if (element.Name.Namespace != Ns || Known.Contains(element.Name.LocalName)) continue;
            if (element.Ancestors().Any(a => a.Name == Ns + "appinfo" || a.Name == Ns + "documentation")) continue;
            mistakes.Add(new SchemaMistake(At(element), $"xs:{element.Name.LocalName} {Why(element.Name.LocalName)}"));
        }

        foreach (var pattern in document.Descendants(Ns + "pattern"))
            if (pattern.Attribute("value")?.Value is { Length: > MaxPattern } long_) mistakes.Add(new SchemaMistake(At(pattern), $"The pattern has {long_.Length} characters; at most {MaxPattern} are allowed."));
    }

    private static string Why(string name) => name switch
    {
        "include" or "import" or "redefine" => "leads out of the document; put everything that the service needs into one schema.",
        "override" or "assert" or "assertion" or "alternative" or "openContent" or "defaultOpenContent" or "explicitTimezone" => "belongs to XSD 1.1; the hub reads XSD 1.0 alone.",
        _ => "is not supported.",
    };

    private static XsdPayloadSchema? Compile(XDocument document, List<SchemaMistake> mistakes)
    {
        void Collect(object? sender, ValidationEventArgs fault)
        {
            if (mistakes.Count < MaxMistakes) mistakes.Add(new SchemaMistake(At(fault.Exception.LineNumber), fault.Message));
        }

        var set = new XmlSchemaSet { XmlResolver = null };
        set.ValidationEventHandler += Collect;
        try
        {
            using var reader = document.CreateReader();
            var schema = XmlSchema.Read(reader, Collect);
            if (mistakes.Count > 0) return null;
            set.Add(schema!);
            set.Compile();
            if (mistakes.Count > 0) return null;
            var roots = schema!.Elements.Names.Cast<XmlQualifiedName>().Where(name => !((XmlSchemaElement)schema.Elements[name]!).IsAbstract).ToHashSet();
            if (roots.Count > 0) return new XsdPayloadSchema(set, roots);
            mistakes.Add(new SchemaMistake("", "The schema declares no global element, so no payload could fulfil it. Declare the payload's root with xs:element at the top."));
        }
        catch (Exception fault) when (fault is XmlSchemaException or XmlException or ArgumentException)
        {
            mistakes.Add(new SchemaMistake("", $"The schema cannot be compiled: {fault.Message}"));
        }

        return null;
    }
}
