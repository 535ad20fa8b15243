namespace Hub.Benchmarks.Peers;

/// <summary>Reads a request's body at once.</summary>
internal static class RequestBody
{
    internal static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is not { } length) throw new BadHttpRequestException("Content-Length is required.", StatusCodes.Status411LengthRequired);
        var octets = new byte[length];
        await request.Body.ReadExactlyAsync(octets, cancellationToken);
        return octets;
    }
}
