using System.Diagnostics.CodeAnalysis;
using Hub.Contracts.Addresses;

namespace Hub.Core.Storage;

/// <summary>Dead deliveries of one system with one reason.</summary>
/// <param name="Recipient">The system.</param>
/// <param name="Problem">Problem code of the last failure.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Oldest">When the first of them died.</param>
/// <param name="Newest">When the last of them died.</param>
/// <param name="LatestDetail">What the last failure of the newest was, in words; null when they were erased.</param>
public sealed record DeadGroup(SystemAddress Recipient, string Problem, long Count, DateTimeOffset Oldest, DateTimeOffset Newest, string? LatestDetail)
{
    /// <summary>What names the group, for ever the same: system and problem code, joined by a colon.</summary>
    public string Key => KeyOf(Recipient, Problem);

    /// <summary>The name of a group.</summary>
    public static string KeyOf(SystemAddress recipient, string problem) => $"{recipient}:{problem}";

    /// <summary>Reads a group's name.</summary>
    public static bool TryParseKey([NotNullWhen(true)] string? text, out SystemAddress recipient, [NotNullWhen(true)] out string? problem)
    {
        (recipient, problem) = (default, null);
        if (text?.LastIndexOf(':') is not (> 0 and var colon) || !SystemAddress.TryParse(text[..colon], out recipient)) return false;
        problem = text[(colon + 1)..];
        return problem.Length is > 0 and <= 100 && problem.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
    }
}
