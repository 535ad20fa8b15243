using System.Globalization;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Envelopes;

/// <summary>Times on the wire, RFC 3339: any offset is read, with at most three fraction digits; UTC is written.</summary>
/// <remarks>Stricter than the RFC: upper-case <c>T</c> and <c>Z</c>, no leap second, offsets up to 14:00.</remarks>
public static partial class Rfc3339
{
    private const int WholeSeconds = 20;
    private const int WithFraction = 24;

    /// <summary>Writes <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, without the fraction when it is zero. Finer parts are cut off.</summary>
    public static string Format(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return string.Create(utc.Millisecond == 0 ? WholeSeconds : WithFraction, utc, static (text, utc) =>
        {
            var (date, clock) = (DateOnly.FromDateTime(utc), TimeOnly.FromDateTime(utc));
            Digits(text[..4], date.Year);
            text[4] = text[7] = '-';
            Digits(text[5..7], date.Month);
            Digits(text[8..10], date.Day);
            text[10] = 'T';
            Digits(text[11..13], clock.Hour);
            text[13] = text[16] = ':';
            Digits(text[14..16], clock.Minute);
            Digits(text[17..19], clock.Second);
            if (text.Length == WithFraction)
            {
                text[19] = '.';
                Digits(text[20..23], clock.Millisecond);
            }

            text[^1] = 'Z';
        });
    }

    /// <summary>Reads a time; the result is in UTC. False when the text is not one.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: >= WholeSeconds and <= 29 } && Shape().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary>Reads a time; the result is in UTC.</summary>
    /// <exception cref="FormatException">The text is not one.</exception>
    public static DateTimeOffset Parse(string text) => TryParse(text, out var time)
        ? time
        : throw new FormatException($"'{text}' is not an RFC 3339 time with at most three fraction digits, e.g. 2026-03-02T09:15:00.250+07:00.");

    /// <summary>Whether a time has no part finer than a millisecond, so that it can be written without loss.</summary>
    public static bool IsWhole(DateTimeOffset time) => time.Ticks % TimeSpan.TicksPerMillisecond == 0;

    private static void Digits(Span<char> text, int value)
    {
        for (var i = text.Length - 1; i >= 0; i--, value /= 10) text[i] = (char)('0' + (value % 10));
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
