namespace Hub.Host.Api;

/// <summary>Asks for claims.</summary>
internal sealed class ClaimRequest
{
    /// <summary>Most claims, 1 to 100 (10).</summary>
    public int Max { get; init; } = 10;

    /// <summary>How long to wait when there is nothing, 0 to 60 s (0).</summary>
    public int WaitSeconds { get; init; }

    /// <summary>Whether the exact bytes come along as base64 (small ones only; others by <c>contentUrl</c>).</summary>
    public bool Inline { get; init; }
}

/// <summary>The claims a system got.</summary>
/// <param name="Claims">Empty when there is nothing.</param>
internal sealed record ClaimsView(IReadOnlyList<ClaimView> Claims);

/// <summary>A message in the hands of its recipient until <paramref name="ClaimedUntil"/>.</summary>
/// <param name="Claim">Token for ack, nack and renew.</param>
/// <param name="Delivery">Number of the delivery.</param>
/// <param name="Message">Message key.</param>
/// <param name="Type">Service and version.</param>
/// <param name="From">Sending system.</param>
/// <param name="Sha256">SHA-256 of the exact bytes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="MediaType">Media type of the exact bytes.</param>
/// <param name="Attempt">Which claim this is, from 1.</param>
/// <param name="Replay">Whether an operator set it going again.</param>
/// <param name="ClaimedUntil">When the claim ends by itself.</param>
/// <param name="Statement">Hub-signed delivery statement (JWS compact).</param>
/// <param name="Content">The exact bytes, base64, when asked for and small.</param>
/// <param name="ContentUrl">Where the exact bytes are.</param>
internal sealed record ClaimView(
    string Claim, long Delivery, string Message, string Type, string From, string Sha256, long Size, string MediaType,
    int Attempt, bool Replay, DateTimeOffset ClaimedUntil, string Statement, byte[]? Content, string ContentUrl);

/// <summary>An unsigned answer; kept as asserted by the hub.</summary>
internal sealed class AckRequest
{
    /// <summary><c>accepted</c> (default) or <c>refused</c>.</summary>
    public string? Outcome { get; init; }

    /// <summary>Business status, edXML 01 to 06, 13, 15, 16.</summary>
    public string? Status { get; init; }

    /// <summary>Why; required when refused.</summary>
    public string? Reason { get; init; }
}

/// <summary>Gives a claim back.</summary>
internal sealed class NackRequest
{
    /// <summary>Why, for the operator; at most 2,000 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Not to be offered again before so many seconds (0 to 86,400).</summary>
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>A renewed claim.</summary>
/// <param name="ClaimedUntil">When it ends by itself now.</param>
internal sealed record RenewalView(DateTimeOffset ClaimedUntil);
