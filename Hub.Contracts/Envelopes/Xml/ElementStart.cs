using System.Xml;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>An attribute that is no namespace declaration.</summary>
/// <param name="Name">Qualified name as written.</param>
/// <param name="Prefix">Its prefix, or empty.</param>
/// <param name="LocalName">Its local name.</param>
/// <param name="NamespaceUri">Its namespace, or empty.</param>
/// <param name="Value">Its normalised value.</param>
internal readonly record struct ElementAttribute(string Name, string Prefix, string LocalName, string NamespaceUri, string Value);

/// <summary>A namespace declaration; the prefix is empty for the default namespace.</summary>
internal readonly record struct NamespaceBinding(string Prefix, string Uri);

/// <summary>A start tag: one instance is loaded again for every element.</summary>
internal sealed class ElementStart
{
    internal string Name { get; private set; } = "";

    internal string Prefix { get; private set; } = "";

    internal string LocalName { get; private set; } = "";

    internal string NamespaceUri { get; private set; } = "";

    internal bool IsEmpty { get; private set; }

    internal List<ElementAttribute> Attributes { get; } = [];

    internal List<NamespaceBinding> Declarations { get; } = [];

    internal bool Is(string namespaceUri, string localName) => LocalName == localName && NamespaceUri == namespaceUri;

    internal bool Uses(string prefix)
    {
        if (Prefix == prefix) return true;
        if (prefix.Length == 0) return false;
        foreach (var attribute in Attributes)
            if (attribute.Prefix == prefix) return true;
        return false;
    }

    internal void Load(XmlReader reader)
    {
        Name = reader.Name;
        Prefix = reader.Prefix;
        LocalName = reader.LocalName;
        NamespaceUri = reader.NamespaceURI;
        IsEmpty = reader.IsEmptyElement;
        Attributes.Clear();
        Declarations.Clear();
        if (!reader.MoveToFirstAttribute()) return;
        do
        {
            if (reader.NamespaceURI != XmlNames.Declarations)
                Attributes.Add(new ElementAttribute(reader.Name, reader.Prefix, reader.LocalName, reader.NamespaceURI, reader.Value));
            else if (reader.Name != "xmlns:xml")
                Declarations.Add(new NamespaceBinding(reader.Prefix.Length == 0 ? "" : reader.LocalName, reader.Value));
        }
        while (reader.MoveToNextAttribute());
        reader.MoveToElement();
    }
}
