using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>Asks for an operator's or auditor's token.</summary>
internal sealed class OperatorTokenRequest
{
    /// <summary>Scopes joined by spaces: <c>operator</c> or <c>auditor</c>, and <c>content</c> if wanted.</summary>
    public string? Scope { get; init; }

    /// <summary>Who is to use it; stands in the log.</summary>
    public string? Name { get; init; }

    /// <summary>Life in minutes, 1 to 480 (60).</summary>
    public int Minutes { get; init; } = 60;

    /// <summary>Code of the agency within whose subtree it may act; missing: everywhere.</summary>
    public string? Under { get; init; }
}

/// <summary>A reason for what the operator does.</summary>
internal sealed class ReasonRequest
{
    private const int Longest = 500;

    /// <summary>Why, 1 to 500 characters; stands in the log.</summary>
    public string? Reason { get; init; }

    /// <summary>The reason, when it is one.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>.</exception>
    internal static string Check(string? reason, string what, string name = "reason") =>
        reason is { Length: > 0 and <= Longest } && !reason.Any(char.IsControl) ? reason : throw QueryText.Bad(name, reason ?? "", $"1 to {Longest} characters: {what}");
}

/// <summary>What a replay did.</summary>
/// <param name="Replayed">Deliveries set going again.</param>
internal sealed record ReplayView(IReadOnlyList<long> Replayed);

/// <summary>What an erasure did.</summary>
/// <param name="Key">The message.</param>
/// <param name="Cancelled">Deliveries that were still under way and are cancelled.</param>
internal sealed record ErasureView(string Key, IReadOnlyList<long> Cancelled);

/// <summary>How the hub does.</summary>
/// <param name="Hub">Its address.</param>
/// <param name="Url">Base address for systems; missing when only the socket is open.</param>
/// <param name="RegistryVersion">Version of the registry in force.</param>
/// <param name="Agencies">Agencies.</param>
/// <param name="Systems">Systems.</param>
/// <param name="Messages">Messages accepted.</param>
/// <param name="Deliveries">Deliveries by state.</param>
/// <param name="OldestQueued">Due time of the oldest queued delivery.</param>
/// <param name="Checkpoint">Signed head of the log.</param>
/// <param name="LogKey">The log's key (vkey).</param>
internal sealed record StatusView(
    string Hub, string? Url, long RegistryVersion, int Agencies, int Systems, long Messages, IReadOnlyDictionary<string, long> Deliveries,
    DateTimeOffset? OldestQueued, string? Checkpoint, string LogKey);
