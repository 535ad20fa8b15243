using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Hub.Core.Services.Xsd;

/// <summary>Whether every document that fulfils one XML Schema fulfils another. The documents of the schemas are compared
/// element by element: equal, or changed in a way that is known to widen. A schema with wildcards must stay as it is, since what
/// they let pass unchecked could be checked by whatever is added.</summary>
internal sealed class XsdCompatibility
{
    private static readonly XNamespace Ns = XsdReader.Ns;

    private static readonly HashSet<string> Particles = ["element", "group", "sequence", "choice", "all"];

    private readonly List<SchemaMistake> _mistakes = [];

    internal static IReadOnlyList<SchemaMistake> Check(string old, string @new)
    {
        try
        {
            var run = new XsdCompatibility();
            run.CompareSchemas(XsdReader.Load(old).Root!, XsdReader.Load(@new).Root!);
            return run._mistakes;
        }
        catch (XmlException)
        {
            return [new SchemaMistake("", "One of the schemas has mistakes, so they cannot be compared.")];
        }
    }

    private void CompareSchemas(XElement old, XElement @new)
    {
        if (IsEqual(old, @new)) return;
        if (old.Descendants().Any(e => e.Name == Ns + "any" || e.Name == Ns + "anyAttribute"))
        {
            Broken(@new, "The old schema has wildcards (xs:any, xs:anyAttribute); what they let pass could break any rule that is added.");
            return;
        }

        if (Prefixes(old) is var names && !names.SetEquals(Prefixes(@new))) Broken(@new, "The namespace prefixes differ, so that names may mean something else.");
        CompareAttributes(old, @new, "id", "version");
        foreach (var before in Content(old))
        {
            var (kind, name) = Key(before);
            if (Content(@new).FirstOrDefault(e => Key(e) == (kind, name)) is { } after) Compare(before, after);
            else Broken(@new, $"xs:{kind} '{name}' is missing.");
        }

        if (Content(@new).FirstOrDefault(e => e.Attribute("substitutionGroup") is not null && Content(old).All(o => Key(o) != Key(e))) is { } substitute)
            Broken(substitute, "A new element substitutes another; that may change what a document means.");
    }

    private void Compare(XElement old, XElement @new)
    {
        if (_mistakes.Count >= ServiceDialects.MaxFaults || IsEqual(old, @new)) return;
        switch (old.Name.LocalName)
        {
            case "element":
                CompareAttributes(old, @new, "id", "minOccurs", "maxOccurs", "nillable");
                if (Flag(old, "nillable") && !Flag(@new, "nillable")) Broken(@new, "It may no longer be nil.");
                CompareOccurs(old, @new);
                CompareInOrder(old, @new);
                break;
            case "complexType" or "complexContent" or "extension" or "sequence" or "group" or "attributeGroup" or "simpleContent":
                CompareAttributes(old, @new, "id", "minOccurs", "maxOccurs");
                CompareOccurs(old, @new);
                CompareInOrder(old, @new);
                break;
            case "choice" or "all":
                CompareAttributes(old, @new, "id", "minOccurs", "maxOccurs");
                CompareOccurs(old, @new);
                CompareAnyOrder(old, @new);
                break;
            case "attribute":
                CompareAttributes(old, @new, "id", "use");
                if (@new.Attribute("use")?.Value is "required" or "prohibited" && old.Attribute("use")?.Value != @new.Attribute("use")!.Value) Broken(@new, "It is required or prohibited now.");
                CompareInOrder(old, @new);
                break;
            case "simpleType" or "list" or "union":
                CompareAttributes(old, @new, "id");
                CompareInOrder(old, @new);
                break;
            case "restriction" when old.Parent!.Name == Ns + "simpleType":
                CompareAttributes(old, @new, "id");
                CompareFacets(old, @new);
                break;
            default:
                Broken(@new, $"xs:{old.Name.LocalName} changes in a way that is not known to widen.");
                break;
        }
    }

    /// <summary>The old parts must stand in the new one in their order; what comes between must be optional.</summary>
    private void CompareInOrder(XElement old, XElement @new)
    {
        var after = new Queue<XElement>(Content(@new).Where(e => e.Name != Ns + "attribute"));
        foreach (var before in Content(old).Where(e => e.Name != Ns + "attribute"))
        {
            while (after.TryPeek(out var extra) && Key(extra) != Key(before) && IsOptional(extra, old)) after.Dequeue();
            if (after.Count > 0 && Key(after.Peek()) == Key(before)) Compare(before, after.Dequeue());
            else
            {
                Broken(@new, $"xs:{before.Name.LocalName} '{Key(before).Name}' is missing, or stands behind something that is new and not optional.");
                return;
            }
        }

        foreach (var extra in after)
            if (!IsOptional(extra, old)) Broken(extra, $"xs:{extra.Name.LocalName} is new and not optional.");
        CompareUses(old, @new);
    }

    private void CompareAnyOrder(XElement old, XElement @new)
    {
        foreach (var before in Content(old))
        {
            if (Content(@new).FirstOrDefault(e => Key(e) == Key(before)) is { } after && Content(old).Count(e => Key(e) == Key(before)) == 1) Compare(before, after);
            else Broken(@new, $"The alternative xs:{before.Name.LocalName} '{Key(before).Name}' is missing.");
        }

        if (old.Name != Ns + "all") return;
        foreach (var extra in Content(@new).Where(e => Content(old).All(o => Key(o) != Key(e))))
            if (!IsOptional(extra, old)) Broken(extra, "It is new and not optional.");
    }

    private void CompareUses(XElement old, XElement @new)
    {
        var (before, after) = (old.Elements(Ns + "attribute").ToList(), @new.Elements(Ns + "attribute").ToList());
        foreach (var attribute in before)
        {
            if (after.Find(a => Key(a) == Key(attribute)) is { } same) Compare(attribute, same);
            else Broken(@new, $"The attribute '{Key(attribute).Name}' is missing.");
        }

        foreach (var extra in after.Where(a => before.TrueForAll(b => Key(b) != Key(a))))
            if (extra.Attribute("use")?.Value == "required") Broken(extra, $"The attribute '{Key(extra).Name}' is new and required.");
    }

    private void CompareFacets(XElement old, XElement @new)
    {
        if (old.Elements(Ns + "simpleType").FirstOrDefault() is { } inner)
        {
            if (@new.Elements(Ns + "simpleType").FirstOrDefault() is { } same) Compare(inner, same);
            else Broken(@new, "The type it restricts is missing.");
        }

        var facets = @new.Elements().Where(e => e.Name.Namespace == Ns && e.Name.LocalName is not ("annotation" or "simpleType")).GroupBy(e => e.Name.LocalName);
        foreach (var facet in facets)
        {
            var before = old.Elements(facet.First().Name).ToList();
            var holds = before.Count > 0 && facet.Key switch
            {
                "enumeration" or "pattern" => before.TrueForAll(b => facet.Any(f => Value(f) == Value(b))),
                "minLength" or "minInclusive" or "minExclusive" => IsOrdered(Value(facet.First()), Value(before[0])),
                "maxLength" or "maxInclusive" or "maxExclusive" or "totalDigits" or "fractionDigits" => IsOrdered(Value(before[0]), Value(facet.First())),
                _ => Value(before[0]) == Value(facet.First()),
            };
            if (!holds) Broken(facet.First(), $"xs:{facet.Key} is narrower, or new.");
        }

        if (old.Elements(Ns + "whiteSpace").Any() && !@new.Elements(Ns + "whiteSpace").Any()) Broken(@new, "xs:whiteSpace is gone, which changes how values are read.");
    }

    private void CompareOccurs(XElement old, XElement @new)
    {
        if (Occurs(@new, "minOccurs") > Occurs(old, "minOccurs")) Broken(@new, "It must occur more often.");
        if (Occurs(@new, "maxOccurs") < Occurs(old, "maxOccurs")) Broken(@new, "It may not occur as often.");
    }

    private void CompareAttributes(XElement old, XElement @new, params string[] judgedElsewhere)
    {
        var names = old.Attributes().Concat(@new.Attributes()).Where(a => !a.IsNamespaceDeclaration && a.Name.Namespace == XNamespace.None).Select(a => a.Name.LocalName).Distinct();
        foreach (var name in names.Except(judgedElsewhere))
            if (old.Attribute(name)?.Value != @new.Attribute(name)?.Value) Broken(@new, $"The attribute {name} of xs:{old.Name.LocalName} changes.");
    }

    private static bool IsOptional(XElement extra, XElement old) =>
        extra.Name.Namespace == Ns && Particles.Contains(extra.Name.LocalName) && Occurs(extra, "minOccurs") == 0 && old.Name == Ns + (old.Name.LocalName == "all" ? "all" : "sequence");

    private static IEnumerable<XElement> Content(XElement element) => element.Elements().Where(e => e.Name != Ns + "annotation");

    private static (string Kind, string Name) Key(XElement element) =>
        (element.Name.LocalName, element.Attribute("name")?.Value ?? element.Attribute("ref")?.Value ?? "");

    private static string Value(XElement facet) => facet.Attribute("value")?.Value ?? "";

    private static bool Flag(XElement element, string name) => element.Attribute(name)?.Value.Trim() is "true" or "1";

    private static decimal Occurs(XElement element, string name) => element.Attribute(name)?.Value.Trim() switch
    {
        null => 1,
        "unbounded" => decimal.MaxValue,
        var text => decimal.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1,
    };

    private static bool IsOrdered(string low, string high) =>
        low == high || (decimal.TryParse(low, NumberStyles.Number, CultureInfo.InvariantCulture, out var one) && decimal.TryParse(high, NumberStyles.Number, CultureInfo.InvariantCulture, out var other) && one <= other);

    private static HashSet<(string, string)> Prefixes(XElement root) =>
        [.. root.DescendantsAndSelf().SelectMany(e => e.Attributes()).Where(a => a.IsNamespaceDeclaration).Select(a => (a.Name.LocalName, a.Value))];

    /// <summary>Equal but for annotations, comments and space; prefixes must be declared alike, since names in values use them.</summary>
    private static bool IsEqual(XElement old, XElement @new)
    {
        if (old.Name != @new.Name) return false;
        if (!old.Attributes().Select(a => (a.Name, a.Value)).ToHashSet().SetEquals(@new.Attributes().Select(a => (a.Name, a.Value)))) return false;
        var (before, after) = (Content(old).ToList(), Content(@new).ToList());
        return before.Count == after.Count && before.Zip(after).All(pair => IsEqual(pair.First, pair.Second));
    }

    private void Broken(XElement at, string detail)
    {
        if (_mistakes.Count < ServiceDialects.MaxFaults) _mistakes.Add(new SchemaMistake(XsdReader.At(at), detail));
    }
}
