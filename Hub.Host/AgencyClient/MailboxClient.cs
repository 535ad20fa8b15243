using System.Net.Http.Headers;
using System.Text.Json;
using Hub.Contracts.Envelopes;

namespace Hub.Host.AgencyClient;

/// <summary>The mailbox of one system: claim, answer, return, renew.</summary>
internal sealed class MailboxClient(HubConnection connection)
{
    private const string Claims = "/api/v1/mailbox/claims";

    /// <summary>Claims what waits, or waits for it.</summary>
    /// <param name="max">At most so many, 1 to 100.</param>
    /// <param name="wait">Waits so long when there is nothing, at most 60 s.</param>
    /// <param name="inline">Whether the bytes come with the claims.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<MailboxClaim>> ClaimAsync(
        int max = 10, TimeSpan wait = default, bool inline = true, CancellationToken cancellationToken = default)
    {
        var request = new { max, waitSeconds = (int)Math.Ceiling(wait.TotalSeconds), inline };
        var answer = await connection.JsonAsync(HttpMethod.Post, Claims, JsonContent.Create(request), cancellationToken);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("claims", out var claims)
            ? [.. claims.EnumerateArray().Select(MailboxClaim.Read)]
            : throw new HubEvidenceException("The hub's answer holds no 'claims'.");
    }

    /// <summary>Says that the message is here, without a signature: the trail keeps it as asserted by the hub.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="refused">Whether it is refused; then a reason is needed.</param>
    /// <param name="status">Business status, if one is said.</param>
    /// <param name="reason">Why, when it is refused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task AcknowledgeAsync(
        MailboxClaim claim, bool refused = false, string? status = null, string? reason = null, CancellationToken cancellationToken = default) =>
        PostAsync(claim, "ack", JsonContent.Create(new { outcome = refused ? "refused" : "accepted", status, reason }), cancellationToken);

    /// <summary>Answers with a signed <c>hub.ack.v1</c> envelope.</summary>
    public Task AcknowledgeAsync(MailboxClaim claim, ReadOnlyMemory<byte> envelope, EnvelopeEncoding encoding, CancellationToken cancellationToken = default)
    {
        var content = new ReadOnlyMemoryContent(envelope);
        content.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(encoding));
        return PostAsync(claim, "ack", content, cancellationToken);
    }

    /// <summary>Gives the delivery back for a later attempt.</summary>
    public Task ReturnAsync(MailboxClaim claim, string reason, TimeSpan? retryAfter = null, CancellationToken cancellationToken = default) =>
        PostAsync(claim, "nack", JsonContent.Create(new { reason, retryAfterSeconds = (int?)retryAfter?.TotalSeconds }), cancellationToken);

    /// <summary>Holds the claim for longer.</summary>
    public Task RenewAsync(MailboxClaim claim, CancellationToken cancellationToken = default) =>
        PostAsync(claim, "renew", null, cancellationToken);

    private Task PostAsync(MailboxClaim claim, string what, HttpContent? content, CancellationToken cancellationToken) =>
        connection.PostAsync($"{Claims}/{Uri.EscapeDataString(claim.Claim)}/{what}", content, cancellationToken);
}
