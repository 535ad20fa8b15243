using System.Buffers;
using Hub.Contracts.Problems;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>A request body in one pooled buffer; disposing gives the buffer and its share of the budget back. The buffer
/// grows as bytes arrive: a length that is only promised takes no memory.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstChunk = 4 * 1024;
    private const int FirstLargeChunk = 16 * 1024;

    private readonly BodyBudget _budget;
    private byte[] _buffer = [];
    private int _length;
    private bool _countedSmall;
    private BodyBudget.LargeBody? _large;
    private MinimumPace? _pace;

    private RequestBody(BodyBudget budget) => _budget = budget;

    internal ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body whole. Its length is checked before the first byte is read, when it is stated.</summary>
    /// <exception cref="ProblemException"><c>too-large</c>, <c>rate-limited</c> or <c>unavailable</c>.</exception>
    /// <exception cref="BadHttpRequestException">408: a large body came more slowly than <see cref="MinimumPace"/> asks.</exception>
    internal static async ValueTask<RequestBody> ReadAsync(HttpContext context, int maxBytes)
    {
        var stated = context.Request.ContentLength;
        if (stated > maxBytes) throw TooLarge(stated.Value, maxBytes);
        var budget = context.RequestServices.GetRequiredService<BodyBudget>();
        var caller = context.LoadSource();
        budget.BeginReading(caller);
        var body = new RequestBody(budget);
        try
        {
            if (stated >= BodyBudget.SmallBody) body.BeginLarge(context, stated.Value);
            // One spare byte lets the end of the stream be seen without growing.
            body.Resize(body._large is null ? (int)Math.Min(stated + 1 ?? FirstChunk, FirstChunk) : FirstLargeChunk);
            await body.FillAsync(context, maxBytes);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            budget.EndReading(caller);
        }
    }

    private async ValueTask FillAsync(HttpContext context, int maxBytes)
    {
        int read;
        while ((read = await ReadSomeAsync(context)) > 0)
        {
            _length += read;
            if (_length > maxBytes) throw TooLarge(_length, maxBytes);
            _pace?.Reached(_length);
            if (_length < _buffer.Length) continue;
            // Small ones get there in two steps: memory is copied each time.
            var next = _buffer.Length < BodyBudget.SmallBody && _large is null ? Math.Min(_buffer.Length * 4L, BodyBudget.SmallBody) : _buffer.Length * 2L;
            if (next > BodyBudget.SmallBody && _large is null) BeginLarge(context, next);
            // The last step, when the end is known, goes just beyond it.
            Resize((int)(context.Request.ContentLength is { } stated && stated >= _length ? Math.Min(next, stated + 1) : next));
        }
    }

    private async ValueTask<int> ReadSomeAsync(HttpContext context)
    {
        try
        {
            return await context.Request.Body.ReadAsync(_buffer.AsMemory(_length), _pace?.Token ?? context.RequestAborted);
        }
        catch (OperationCanceledException tooSlow) when (_pace is { Missed: true } && !context.RequestAborted.IsCancellationRequested)
        {
            if (HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
            throw new BadHttpRequestException(
                $"after {_length} bytes it fell behind {MinimumPace.BytesPerSecond} bytes a second (after {MinimumPace.Grace.TotalSeconds} s), or paused for {MinimumPace.LongestPause.TotalSeconds} s. On a slow line send large content as a resumable upload.",
                StatusCodes.Status408RequestTimeout,
                tooSlow);
        }
    }

    private void BeginLarge(HttpContext context, long bytes)
    {
        _budget.RequireFree(bytes);
        _large = _budget.Begin(context.LoadSource(), bytes);
        _pace = new MinimumPace(_budget.Clock, context.RequestAborted);
    }

    private void Resize(int size)
    {
        var grown = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            // What was rented is counted. While it is filled the old one is there too, but never longer than a copy takes.
            if (_large is null) _budget.CountSmall(grown.Length);
            else _large.Hold(grown.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(grown);
            throw;
        }

        _buffer.AsSpan(0, _length).CopyTo(grown);
        GiveBackBuffer();
        _buffer = grown;
        _countedSmall = _large is null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GiveBackBuffer();
        _buffer = [];
        _length = 0;
        _large?.Dispose();
        _pace?.Dispose();
    }

    private void GiveBackBuffer()
    {
        if (_buffer.Length == 0) return;
        if (_countedSmall) _budget.CountSmall(-_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static ProblemException TooLarge(long bytes, int limit) =>
        ProblemCode.TooLarge.With($"The body has {bytes} bytes or more; the limit here is {limit}. Send large content as an upload.");
}
