using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>What may stand on and in the envelope's own elements.</summary>
internal static class ElementRules
{
    internal static void OnlyAttributes(this CanonicalReader xml, string element, params ReadOnlySpan<string> allowed)
    {
        foreach (var attribute in xml.Start.Attributes)
            if (!allowed.Contains(attribute.Name))
                throw ProblemCode.MalformedEnvelope.With($"'{element}' has the unknown attribute {TextRules.Quote(attribute.Name)}.");
    }

    internal static string? Attribute(this CanonicalReader xml, string name)
    {
        foreach (var attribute in xml.Start.Attributes)
            if (attribute.Name == name) return attribute.Value;
        return null;
    }

    internal static string Required(this CanonicalReader xml, string element, string name) =>
        xml.Attribute(name) ?? throw ProblemCode.MalformedEnvelope.With($"'{element}' has no attribute '{name}'.");

    /// <summary>Moves to the next child's start tag over white space; false at the parent's end tag.</summary>
    internal static bool NextChild(this CanonicalReader xml, string parent)
    {
        while (true)
        {
            switch (xml.Next())
            {
                case XmlPart.Start: return true;
                case XmlPart.End: return false;
                case XmlPart.Text when ElementContent.IsSpace(xml.Chunk): break;
                default: throw ProblemCode.MalformedEnvelope.With($"'{parent}' has text where only elements stand.");
            }
        }
    }
}
