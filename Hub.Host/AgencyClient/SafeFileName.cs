using System.Globalization;
using System.Text;

namespace Hub.Host.AgencyClient;

/// <summary>Makes a file name of this machine from a name that a stranger chose. Pure.</summary>
/// <remarks>The result is never empty, has no path, no control or direction-changing character, no leading dot, is no
/// device name of Windows and has at most 150 UTF-8 bytes. Different names may become equal: see <see cref="Distinct"/>.</remarks>
internal static class SafeFileName
{
    private const int MaxBytes = 150;
    private static readonly char[] Forbidden = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

    public static string Of(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new StringBuilder();
        foreach (var rune in last.EnumerateRunes()) clean.Append(IsPlain(rune) ? rune.ToString() : "_");
        var text = clean.ToString().TrimStart('.', ' ').TrimEnd('.', ' ');
        if (text.Length == 0) text = "unnamed";
        return Shortened(IsDevice(text) ? $"_{text}" : text);
    }

    /// <summary>Safe names for several files of one folder, in order, each once whatever the case.</summary>
    public static IReadOnlyList<string> Distinct(IEnumerable<string> names)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var result = new List<string>();
        foreach (var name in names)
        {
            var safe = Of(name);
            var candidate = safe;
            for (var copy = 2; !taken.Add(candidate); copy++)
                candidate = $"{Path.GetFileNameWithoutExtension(safe)} ({copy}){Path.GetExtension(safe)}";
            result.Add(candidate);
        }

        return result;
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        _ => !rune.IsBmp || Array.IndexOf(Forbidden, (char)rune.Value) < 0,
    };

    private static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal)) && char.IsDigit(stem[3]));
    }

    private static string Shortened(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxBytes) return name;
        var extension = Path.GetExtension(name);
        if (Encoding.UTF8.GetByteCount(extension) > 20) extension = "";
        var room = MaxBytes - Encoding.UTF8.GetByteCount(extension);
        var stem = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            stem.Append(rune.ToString());
        }

        return stem.ToString().TrimEnd('.', ' ') + extension;
    }
}
