using System.Buffers;
using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>A request body in a pooled buffer; disposing gives the buffer and its share of the budget back.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstChunk = 16 * 1024;

    private readonly BodyBudget _budget;
    private byte[] _buffer = [];
    private int _length;

    private RequestBody(BodyBudget budget) => _budget = budget;

    internal ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body whole. Its length is checked before the first byte is read, when it is stated.</summary>
    /// <exception cref="ProblemException"><c>too-large</c> or <c>unavailable</c>.</exception>
    internal static async ValueTask<RequestBody> ReadAsync(HttpContext context, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes) throw TooLarge(context.Request.ContentLength.Value, maxBytes);
        var body = new RequestBody(context.RequestServices.GetRequiredService<BodyBudget>());
        try
        {
            // One spare byte lets the end of the stream be seen without growing.
            body.Grow((int?)context.Request.ContentLength + 1 ?? FirstChunk);
            await body.FillAsync(context.Request.Body, maxBytes, context.RequestAborted);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async ValueTask FillAsync(Stream source, int maxBytes, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await source.ReadAsync(_buffer.AsMemory(_length), cancellationToken)) > 0)
        {
            _length += read;
            if (_length > maxBytes) throw TooLarge(_length, maxBytes);
            if (_length == _buffer.Length) Grow(_buffer.Length * 2);
        }
    }

    private void Grow(int size)
    {
        _budget.Take(size);
        var grown = ArrayPool<byte>.Shared.Rent(size);
        // The budget counts what was rented, so that it can be given back without a second number.
        _budget.Return(size);
        try
        {
            _budget.Take(grown.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(grown);
            throw;
        }

        _buffer.AsSpan(0, _length).CopyTo(grown);
        Release();
        _buffer = grown;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _buffer = [];
        _length = 0;
    }

    private void Release()
    {
        if (_buffer.Length == 0) return;
        _budget.Return(_buffer.Length);
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static ProblemException TooLarge(long bytes, int limit) =>
        ProblemCode.TooLarge.With($"The body has {bytes} bytes or more; the limit here is {limit}. Send large content as an upload.");
}
