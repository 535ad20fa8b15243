using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Host.Api;

/// <summary>Reads query parameters; each refusal names the parameter, its value and the rule.</summary>
internal static class QueryText
{
    private const int MaxLimit = 200;
    private const int DefaultLimit = 50;

    // Legal dates begin at midnight in Vietnam.
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    internal static SystemAddress? Address(string? text, string name) =>
        text is null ? null : SystemAddress.TryParse(text, out var address) ? address : throw Bad(name, text, "a system address such as H29.12/qlvb");

    internal static DateTimeOffset? Instant(string? text, string name) => text is null ? null
        : Rfc3339.TryParse(text, out var instant) ? instant
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 1900
            ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Vietnam).ToUniversalTime()
        : throw Bad(name, text, "a day such as 2026-11-23 (from midnight in Vietnam), or an RFC 3339 time with its zone, such as 2026-11-23T00:00:00+07:00 (in a URL, + is written %2B)");

    internal static DeliveryState? State(string? text) => text is null ? null
        : Enum.TryParse<DeliveryState>(text, ignoreCase: true, out var state) && Enum.IsDefined(state) && char.IsAsciiLetter(text[0]) ? state
        : throw Bad("state", text, string.Join(", ", Enum.GetNames<DeliveryState>()).ToLowerInvariant());

    internal static int Limit(int? limit) => limit switch
    {
        null => DefaultLimit,
        >= 1 and <= MaxLimit => limit.Value,
        _ => throw Bad("limit", limit.Value.ToString(CultureInfo.InvariantCulture), $"1 to {MaxLimit}"),
    };

    internal static ProblemException Bad(string name, string value, string rule) =>
        ProblemCode.InvalidRequest.With($"The parameter '{name}' is '{PlainText.Shorten(value, 80)}'; allowed: {rule}.");
}
