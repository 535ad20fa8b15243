using System.Security.Cryptography;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;

namespace Hub.Host.AgencyClient;

/// <summary>What a sender checks of a receipt before it relies on it. Pure.</summary>
internal static class ReceiptCheck
{
    /// <summary>Reads a receipt and checks that it is about these bytes; with the log's key also every cryptographic link.</summary>
    /// <param name="text">The receipt as the hub wrote it.</param>
    /// <param name="sender">Who sent.</param>
    /// <param name="octets">What was sent.</param>
    /// <param name="repeated">Whether the hub says that it had accepted the same content before: its receipt then names the
    /// bytes of the first signing, which may be others.</param>
    /// <param name="logKey">The key of the hub's log, if it is known.</param>
    /// <exception cref="HubEvidenceException">It does not prove that the hub accepted these bytes.</exception>
    public static SentMessage Check(string text, SystemAddress sender, ReadOnlySpan<byte> octets, bool repeated, NoteVerifier? logKey)
    {
        Receipt receipt;
        try
        {
            receipt = Receipt.Parse(text);
        }
        catch (FormatException malformed)
        {
            throw new HubEvidenceException($"The hub's answer is no receipt: {malformed.Message}");
        }

        using var body = ParseBody(receipt);
        var from = body.RootElement.GetProperty("from").GetString();
        var id = body.RootElement.GetProperty("id").GetString() ?? "";
        var key = MessageKey.Of(sender, id);
        if (from != sender.ToString() || receipt.Header.Key != key.Value)
            throw new HubEvidenceException($"The receipt is for message {receipt.Header.Key} of {from}, not for one of {sender}.");
        if (!repeated) CheckDigest(body.RootElement, octets);
        if (logKey is null) return new SentMessage(key, receipt, text, repeated, Verified: false);
        var verdict = receipt.Verify(logKey);
        return verdict.Valid
            ? new SentMessage(key, receipt, text, repeated, Verified: true)
            : throw new HubEvidenceException($"The receipt does not verify: {string.Join("; ", verdict.Failures)}.");
    }

    private static JsonDocument ParseBody(Receipt receipt)
    {
        try
        {
            return JsonDocument.Parse(receipt.Body);
        }
        catch (JsonException malformed)
        {
            throw new HubEvidenceException($"The receipt's body is no JSON: {malformed.Message}");
        }
    }

    private static void CheckDigest(JsonElement body, ReadOnlySpan<byte> octets)
    {
        var stated = body.GetProperty("sha256").GetString();
        var own = Convert.ToHexStringLower(SHA256.HashData(octets));
        if (stated != own)
            throw new HubEvidenceException($"The receipt is for bytes with SHA-256 {stated}; the bytes sent have {own}.");
    }
}
