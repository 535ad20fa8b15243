using System.Buffers;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Looks at the bare octets before the parser does: an XML parser reads all attributes of an element into memory
/// before anybody can count them. On octets that are not well-formed it may see too little; the parser refuses those.</summary>
internal static class TagScan
{
    private static readonly SearchValues<byte> InTag = SearchValues.Create("\"'<>"u8);

    internal static void Check(ReadOnlySpan<byte> octets, int maxAttributes)
    {
        var rest = octets;
        while (SkipPast(ref rest, "<"u8) && !rest.IsEmpty)
        {
            var inside = rest[0] switch
            {
                (byte)'/' => true,
                (byte)'?' => SkipPast(ref rest, "?>"u8),
                (byte)'!' => SkipMarkup(ref rest),
                _ => SkipStartTag(ref rest, maxAttributes),
            };
            if (!inside) return;
        }
    }

    private static bool SkipMarkup(ref ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("!DOCTYPE"u8))
            throw ProblemCode.MalformedEnvelope.With("The document has a document type declaration (DTD). Envelopes have none; remove it.");
        return rest.StartsWith("![CDATA["u8) ? SkipPast(ref rest, "]]>"u8)
            : rest.StartsWith("!--"u8) && SkipPast(ref rest, "-->"u8);
    }

    private static bool SkipStartTag(ref ReadOnlySpan<byte> rest, int maxAttributes)
    {
        for (var attributes = 0; ; attributes++)
        {
            if (attributes > maxAttributes)
                throw ProblemCode.TooLarge.With($"An element has more than {maxAttributes} attributes, namespace declarations included; that is the limit.");
            var at = rest.IndexOfAny(InTag);
            if (at < 0) return false;
            var found = rest[at];
            rest = rest[(at + 1)..];
            if (found is (byte)'<' or (byte)'>') return found == (byte)'>';
            var end = rest.IndexOf(found);
            if (end < 0) return false;
            rest = rest[(end + 1)..];
        }
    }

    private static bool SkipPast(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> mark)
    {
        var at = rest.IndexOf(mark);
        if (at < 0) return false;
        rest = rest[(at + mark.Length)..];
        return true;
    }
}
