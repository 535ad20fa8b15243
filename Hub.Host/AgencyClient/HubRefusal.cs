namespace Hub.Host.AgencyClient;

/// <summary>A refusal as the caller of a hub reads it (RFC 9457).</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Code of the catalogue, or <c>http-404</c> and the like when the answer was no problem document.</param>
/// <param name="Title">Title in English.</param>
/// <param name="Detail">What failed, with values.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="TraceId">Finds the case in the hub's trail and logs.</param>
/// <param name="Items">Every single fault, when there are several.</param>
/// <param name="RetryAfter">After how long a retry makes sense.</param>
internal sealed record HubRefusal(
    int Status, string Code, string Title, string? Detail, string? Remedy, string? TraceId, IReadOnlyList<string> Items, TimeSpan? RetryAfter);

/// <summary>The hub answered with a problem.</summary>
internal sealed class HubRefusalException(HubRefusal refusal) : Exception($"{refusal.Code}: {refusal.Detail ?? refusal.Title}")
{
    /// <summary>The problem.</summary>
    public HubRefusal Refusal { get; } = refusal;
}

/// <summary>The hub did not answer: no connection, a broken one, or a time-out.</summary>
internal sealed class HubUnreachableException(string message, Exception inner) : Exception(message, inner);

/// <summary>The hub answered, but with something that does not prove what it should: a receipt or statement that fails to
/// verify, or bytes with another digest.</summary>
internal sealed class HubEvidenceException(string message) : Exception(message);
