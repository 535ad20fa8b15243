using System.Globalization;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry.Documents;

/// <summary>The text forms of times and durations in a registry document.</summary>
internal static class ScalarForms
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    // Legal dates begin at midnight in Vietnam, which has one zone without daylight saving.
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private static readonly DateTimeOffset Latest = DateTimeOffset.MaxValue - Vietnam;

    internal static bool TryParseTime(string text, out DateTimeOffset time)
    {
        time = default;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            if (date.Year < 1900) return false;
            time = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), Vietnam).ToUniversalTime();
            return true;
        }

        return Rfc3339.TryParse(text, out time) && time.Year >= 1900 && time <= Latest;
    }

    internal static string Write(DateTimeOffset time)
    {
        var local = time.ToOffset(Vietnam);
        return local.TimeOfDay == TimeSpan.Zero
            ? local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : Rfc3339.Format(time);
    }

    internal static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is <= 0 or > 9) return false;
        foreach (var (unit, ticks) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(unit))
            {
                var count = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
                if (count > TimeSpan.MaxValue.Ticks / ticks) return false;
                duration = TimeSpan.FromTicks(count * ticks);
                return true;
            }
        }

        return false;
    }

    internal static string Write(TimeSpan duration)
    {
        var (unit, ticks) = duration == TimeSpan.Zero ? ("s", TimeSpan.TicksPerSecond) : Units.First(u => duration.Ticks % u.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
    }
}
