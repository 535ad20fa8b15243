using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Delivery.Runs;

/// <summary>Which dead deliveries a run replays; null members do not filter.</summary>
/// <param name="Recipient">To this system.</param>
/// <param name="Problem">That died of this problem code.</param>
/// <param name="Type">Of messages of this service.</param>
/// <param name="Since">That died at or after.</param>
/// <param name="Until">That died before.</param>
public sealed record ReplayFilter(
    SystemAddress? Recipient = null, string? Problem = null, MessageType? Type = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    /// <summary>SHA-256 of the filter in canonical JSON, lower-case hexadecimal: the same words, the same digest.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Serialize(ToJson())));

    /// <summary>Whether a delivery passes, its message's type apart.</summary>
    internal bool Holds(DeliveryRecord delivery) =>
        delivery.State == DeliveryState.Dead
        && (Recipient is not { } recipient || delivery.Recipient == recipient)
        && (Problem is null || delivery.LastProblem == Problem)
        && (Since is not { } since || delivery.Changed >= since)
        && (Until is not { } until || delivery.Changed < until);

    internal JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Recipient is { } recipient) json["recipient"] = recipient.ToString();
        if (Problem is not null) json["problem"] = Problem;
        if (Type is { } type) json["type"] = type.Value;
        if (Since is { } since) json["since"] = Rfc3339.Format(since);
        if (Until is { } until) json["until"] = Rfc3339.Format(until);
        return json;
    }
}
