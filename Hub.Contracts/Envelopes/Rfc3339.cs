using System.Globalization;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Envelopes;

/// <summary>Times on the wire, RFC 3339: any offset is read, with at most three fraction digits; UTC is written.</summary>
/// <remarks>Stricter than the RFC: upper-case <c>T</c> and <c>Z</c>, no leap second, offsets up to 14:00.</remarks>
public static partial class Rfc3339
{
    /// <summary>Writes <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, without the fraction when it is zero. Finer parts are cut off.</summary>
    public static string Format(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return utc.ToString(utc.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a time; the result is in UTC. False when the text is not one.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: >= 20 and <= 29 } && Shape().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary>Reads a time; the result is in UTC.</summary>
    /// <exception cref="FormatException">The text is not one.</exception>
    public static DateTimeOffset Parse(string text) => TryParse(text, out var time)
        ? time
        : throw new FormatException($"'{text}' is not an RFC 3339 time with at most three fraction digits, e.g. 2026-03-02T09:15:00.250+07:00.");

    /// <summary>Whether a time has no part finer than a millisecond, so that it can be written without loss.</summary>
    public static bool IsWhole(DateTimeOffset time) => time.Ticks % TimeSpan.TicksPerMillisecond == 0;

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
