using System.Net;
using System.Net.Http.Headers;
using Hub.Adapters.Channels.Push;

namespace Hub.Adapters.Trust;

/// <summary>Fetches answers of authorities: guarded like a push (address checked after resolution, no redirects, no proxy), and
/// bounded in size and time as a whole, however slowly the octets come.</summary>
internal sealed class RevocationFetch(bool allowPrivate, TimeProvider clock) : IDisposable
{
    internal const int MaxOcsp = 64 * 1024;
    internal const int MaxCrl = 64 * 1024 * 1024;
    private readonly HttpClient _http = new(GuardedHandler.Create(allowPrivate)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>How long one answer of a responder may take (10 s).</summary>
    internal TimeSpan OcspTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one CRL may take (60 s).</summary>
    internal TimeSpan CrlTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <exception cref="RevocationFetchException">No answer.</exception>
    internal Task<byte[]> AskAsync(Uri responder, byte[] request, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, responder) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(OcspRequest.MediaType);
        return SendAsync(message, MaxOcsp, OcspTime, cancellationToken);
    }

    /// <exception cref="RevocationFetchException">No CRL.</exception>
    internal Task<byte[]> GetAsync(Uri crl, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, crl), MaxCrl, CrlTime, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> SendAsync(HttpRequestMessage request, int most, TimeSpan time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using (request)
            using (var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token))
            {
                if (answer.StatusCode != HttpStatusCode.OK) throw new RevocationFetchException($"{request.RequestUri} answered {(int)answer.StatusCode}.");
                return await ReadAsync(answer.Content, most, request.RequestUri!, either.Token);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RevocationFetchException($"{request.RequestUri} did not answer within {time.TotalSeconds:0.#} s.");
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            throw new RevocationFetchException(
                failed.InnerException is AddressRefusedException ? $"{request.RequestUri} is in a private range; start the hub with --allow-private-revocation to ask there." : $"{request.RequestUri} cannot be reached: {failed.Message}",
                failed);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int most, Uri source, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > most) throw TooLarge(source, most);
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var piece = new byte[32 * 1024];
        int read;
        while ((read = await stream.ReadAsync(piece, cancellationToken)) > 0)
        {
            if (buffer.Length + read > most) throw TooLarge(source, most);
            buffer.Write(piece, 0, read);
        }

        return buffer.ToArray();
    }

    private static RevocationFetchException TooLarge(Uri source, int most) => new($"{source} gave more than {most / 1024} KiB.");
}
