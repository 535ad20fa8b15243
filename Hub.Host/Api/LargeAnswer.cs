namespace Hub.Host.Api;

/// <summary>Writes answers whose bytes are all in memory.</summary>
internal static class LargeAnswer
{
    private const int Piece = 64 * 1024;

    /// <summary>Writes small answers at once, and large ones in pieces, each when the one before is on its way: the server
    /// keeps no second copy. A reader that falls behind <see cref="MinimumPace"/> is cut off.</summary>
    internal static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> octets, TimeProvider clock)
    {
        var body = context.Response.Body;
        if (octets.Length <= Piece)
        {
            await body.WriteAsync(octets, context.RequestAborted);
            return;
        }

        using var pace = new MinimumPace(clock, context.RequestAborted);
        try
        {
            for (var sent = 0; sent < octets.Length;)
            {
                var piece = octets.Slice(sent, Math.Min(Piece, octets.Length - sent));
                await body.WriteAsync(piece, pace.Token);
                await body.FlushAsync(pace.Token);
                pace.Reached(sent += piece.Length);
            }
        }
        catch (OperationCanceledException) when (pace.Missed)
        {
            context.Abort();
        }
    }
}
