using System.Globalization;
using System.Text.RegularExpressions;

namespace Hub.Host.Api;

/// <summary>Names of tiles as c2sp.org/tlog-tiles writes them: groups of three digits, all but the last with an <c>x</c>;
/// a partial tile ends in <c>.p/width</c>.</summary>
internal static partial class TileName
{
    internal const int FullWidth = 256;

    /// <summary>Reads a name; false when it is not the one canonical spelling.</summary>
    internal static bool TryParse(string text, out long index, out int width)
    {
        index = 0;
        width = FullWidth;
        var match = text.Length <= 40 ? Shape().Match(text) : Match.Empty;
        if (!match.Success) return false;
        index = long.Parse(string.Concat(match.Groups["group"].Captures.Select(static c => c.Value)) + match.Groups["last"].Value, CultureInfo.InvariantCulture);
        if (match.Groups["width"] is { Success: true } partial) width = int.Parse(partial.Value, CultureInfo.InvariantCulture);
        return width <= FullWidth && Write(index, width) == text;
    }

    /// <summary>Writes a name.</summary>
    internal static string Write(long index, int width = FullWidth)
    {
        var name = (index % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (var rest = index / 1000; rest > 0; rest /= 1000)
            name = $"x{(rest % 1000).ToString("000", CultureInfo.InvariantCulture)}/{name}";
        return width == FullWidth ? name : $"{name}.p/{width}";
    }

    [GeneratedRegex(@"^(x(?<group>[0-9]{3})/){0,5}(?<last>[0-9]{3})(\.p/(?<width>[1-9][0-9]{0,2}))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
