using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Host.AgencyClient;

/// <summary>A delivery that the caller holds until it answers or the claim ends.</summary>
/// <param name="Claim">Token needed to answer.</param>
/// <param name="Delivery">Id of the delivery.</param>
/// <param name="Message">Key of the message.</param>
/// <param name="Type">Its type.</param>
/// <param name="From">Its sender.</param>
/// <param name="Sha256">SHA-256 of its exact bytes, lower-case hexadecimal.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="MediaType">Media type of its encoding.</param>
/// <param name="Attempt">How often it was claimed, this time included.</param>
/// <param name="Replay">Whether an operator set it going again.</param>
/// <param name="ClaimedUntil">When the claim ends.</param>
/// <param name="Statement">The hub's delivery statement (JWS compact).</param>
/// <param name="Content">The exact bytes, when they came inline.</param>
/// <param name="ContentUrl">Where the exact bytes are.</param>
internal sealed record MailboxClaim(
    string Claim, string Delivery, MessageKey Message, MessageType Type, SystemAddress From, string Sha256, long Size,
    string MediaType, int Attempt, bool Replay, DateTimeOffset ClaimedUntil, string Statement, byte[]? Content, string ContentUrl)
{
    /// <summary>The encoding that the media type names.</summary>
    public EnvelopeEncoding Encoding => MediaType.StartsWith(EnvelopeCodec.XmlMediaType, StringComparison.OrdinalIgnoreCase)
        ? EnvelopeEncoding.Xml
        : EnvelopeEncoding.Json;

    /// <summary>Reads one item of the hub's answer.</summary>
    /// <exception cref="HubEvidenceException">A member is missing or wrong.</exception>
    public static MailboxClaim Read(JsonElement item)
    {
        try
        {
            return new MailboxClaim(
                Text(item, "claim"), Text(item, "delivery"),
                MessageKey.Parse(Text(item, "message")),
                MessageType.Parse(Text(item, "type")),
                SystemAddress.Parse(Text(item, "from")),
                Text(item, "sha256"),
                item.GetProperty("size").GetInt64(),
                Text(item, "mediaType"),
                item.GetProperty("attempt").GetInt32(),
                item.TryGetProperty("replay", out var replay) && replay.ValueKind == JsonValueKind.True,
                DateTimeOffset.Parse(Text(item, "claimedUntil"), CultureInfo.InvariantCulture),
                Text(item, "statement"),
                item.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetBytesFromBase64() : null,
                Text(item, "contentUrl"));
        }
        catch (Exception wrong) when (wrong is FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubEvidenceException($"The hub's claim cannot be read: {wrong.Message}");
        }
    }

    private static string Text(JsonElement item, string name)
    {
        var value = item.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number ? value.GetRawText() : value.GetString() ?? "";
    }
}
