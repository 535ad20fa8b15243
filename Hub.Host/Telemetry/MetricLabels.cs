using System.Globalization;
using System.Text;
using Hub.Contracts.Messages;

namespace Hub.Host.Telemetry;

/// <summary>Labels as OpenMetrics writes them.</summary>
internal static class MetricLabels
{
    private const int MaxValue = 100;

    /// <summary>Tags that would tell peers apart, or say nothing here, are dropped.</summary>
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal)
    {
        "server.address", "server.port", "network.protocol.name", "network.protocol.version", "network.transport", "network.type", "url.scheme", "error.type", "aspnetcore.request.is_unhandled", "http.request.method_original", "user_agent.synthetic.type",
    };

    internal static KeyValuePair<string, string>[] Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return [];
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags)
        {
            if (Dropped.Contains(name)) continue;
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Add(new(Name(name), PlainText.Fit(text, MaxValue)));
        }

        labels.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return [.. labels];
    }

    /// <summary>Writes <c>{a="1",b="2"}</c>; nothing when there are none.</summary>
    internal static string Write(ReadOnlySpan<KeyValuePair<string, string>> labels, string? le = null)
    {
        if (labels.IsEmpty && le is null) return "";
        var text = new StringBuilder("{");
        foreach (var (name, value) in labels) Append(text, name, value);
        if (le is not null) Append(text, "le", le);
        return text.Append('}').ToString();
    }

    /// <summary>A name in OpenMetrics' alphabet: dots and other characters become underscores.</summary>
    internal static string Name(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name) text.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string value)
    {
        if (text.Length > 1) text.Append(',');
        text.Append(name).Append("=\"").Append(Escape(value)).Append('"');
    }

    internal static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
