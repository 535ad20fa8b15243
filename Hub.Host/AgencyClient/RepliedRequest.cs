namespace Hub.Host.AgencyClient;

/// <summary>A request and the reply to it.</summary>
/// <param name="Request">Key of the request.</param>
/// <param name="Reply">Key of the reply, a message of its own.</param>
/// <param name="MediaType">Encoding of the reply.</param>
/// <param name="Octets">The reply exactly as its sender signed it.</param>
internal sealed record RepliedRequest(string Request, string Reply, string MediaType, byte[] Octets);
