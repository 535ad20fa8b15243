using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>Writes a content in the one normal form of a document: sections and objects in canonical order, one object a line
/// with its keys below it, fixed order of members, defaults left out, text always quoted. Reading it gives an equal content,
/// and writing that gives the same text.</summary>
internal static class DocumentWriter
{
    internal static string Write(RegistryContent content)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"hub: {Quote(content.Hub.ToString())}\n");
        var section = "";
        foreach (var record in ObjectForms.Records(content))
        {
            // Keys stand within their system.
            if (record.Section == RegistrySections.Keys) continue;
            var members = ObjectForms.Of(record.Section).Write(record.Value!);
            if (record.Section == RegistrySections.Policy)
            {
                Flow(text.Append("policy: "), members).Append('\n');
                continue;
            }

            if (record.Section != section) text.Append(section = record.Section).Append(":\n");
            if (record.Value is AgencySystem { Keys.Count: > 0 } system)
                members.Add("keys", new JsonArray([.. system.Keys.OrderBy(k => k.Key.Id, StringComparer.Ordinal).Select(KeyForm.Plain)]));
            Flow(text.Append("  - "), members).Append('\n');
        }

        return text.ToString();
    }

    private static StringBuilder Flow(StringBuilder text, JsonNode? node, bool lines = false)
    {
        switch (node)
        {
            case JsonObject members:
                text.Append('{');
                var first = true;
                foreach (var (name, value) in members)
                {
                    text.Append(first ? "" : ", ").Append(name).Append(": ");
                    Flow(text, value, lines: name == "keys");
                    first = false;
                }

                return text.Append('}');
            case JsonArray items:
                text.Append('[');
                for (var i = 0; i < items.Count; i++)
                {
                    text.Append(lines ? i == 0 ? "\n      " : ",\n      " : i == 0 ? "" : ", ");
                    Flow(text, items[i]);
                }

                return text.Append(']');
            default:
                return text.Append(Scalar((JsonValue)node!));
        }
    }

    private static string Scalar(JsonValue value)
    {
        if (value.TryGetValue(out string? text)) return Quote(text);
        if (value.TryGetValue(out bool flag)) return flag ? "true" : "false";
        return value.TryGetValue(out int number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : ((decimal)value.GetValue<double>()).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A double-quoted scalar; what YAML or an editor might change is escaped.</summary>
    internal static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF'
                    => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
