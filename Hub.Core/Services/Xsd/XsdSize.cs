using System.Globalization;
using System.Xml.Linq;

namespace Hub.Core.Services.Xsd;

/// <summary>How large the content models of a schema become once their counts are written out, before anything compiles them.</summary>
internal sealed class XsdSize
{
    /// <summary>Greatest count; larger lists say <c>unbounded</c>.</summary>
    internal const int MaxOccurs = 1_000;

    /// <summary>Most positions in one content model.</summary>
    internal const int MaxPositions = 2_000;

    /// <summary>Most positions in all content models together.</summary>
    internal const int MaxTotal = 20_000;

    private readonly Dictionary<string, XElement> _groups;
    private readonly Dictionary<string, long> _known = [];
    private readonly List<SchemaMistake> _mistakes;

    private XsdSize(XDocument document, List<SchemaMistake> mistakes)
    {
        _mistakes = mistakes;
        _groups = document.Root!.Elements(XsdReader.Ns + "group").Where(g => g.Attribute("name") is not null).DistinctBy(g => g.Attribute("name")!.Value).ToDictionary(g => g.Attribute("name")!.Value);
    }

    internal static void Check(XDocument document, List<SchemaMistake> mistakes)
    {
        var (size, total) = (new XsdSize(document, mistakes), 0L);
        foreach (var type in document.Descendants(XsdReader.Ns + "complexType").Concat(size._groups.Values))
        {
            var positions = size.Children(type, 0);
            if (positions > MaxPositions) mistakes.Add(new SchemaMistake(XsdReader.At(type), $"The content model has more than {MaxPositions} positions once its counts are written out. Write maxOccurs=\"unbounded\" for long lists."));
            total += positions;
            if (mistakes.Count > 0) return;
        }

        if (total > MaxTotal) mistakes.Add(new SchemaMistake("", $"The content models have {total} positions together; at most {MaxTotal} are allowed."));
    }

    private long Children(XElement container, int depth) => container.Elements().Sum(child => Of(child, depth + 1));

    private long Of(XElement particle, int depth)
    {
        if (particle.Name.Namespace != XsdReader.Ns) return 0;
        var inner = particle.Name.LocalName switch
        {
            "element" or "any" => 1,
            "sequence" or "choice" or "all" or "complexContent" or "extension" or "restriction" => Children(particle, depth),
            "group" when particle.Attribute("ref")?.Value is { } name => Group(name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..], depth),
            _ => 0,
        };
        return Math.Min(inner * Times(particle), MaxPositions + 1);
    }

    private long Group(string name, int depth)
    {
        if (_known.TryGetValue(name, out var size)) return size;
        // A circle of groups counts nothing here; compiling refuses it.
        _known[name] = 0;
        return _known[name] = depth < 1_000 && _groups.TryGetValue(name, out var group) ? Children(group, depth) : 0;
    }

    private long Times(XElement particle)
    {
        var (least, most) = (Count(particle, "minOccurs"), Count(particle, "maxOccurs"));
        return Math.Max(1, Math.Max(least, most));
    }

    private long Count(XElement particle, string name)
    {
        var text = particle.Attribute(name)?.Value.Trim();
        if (text is null or "unbounded" || !decimal.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return 1;
        if (count <= MaxOccurs) return (long)count;
        _mistakes.Add(new SchemaMistake(XsdReader.At(particle), $"{name} is {text}; counts go to {MaxOccurs}, then write unbounded."));
        return 1;
    }
}
