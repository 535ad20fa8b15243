using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Hub.Host.AgencyClient;

/// <summary>Resumable uploads, named by the digest of their bytes.</summary>
internal sealed class UploadClient(HubConnection connection)
{
    private const int MaxResumptions = 5;

    /// <summary>Bytes per request (1 MiB).</summary>
    public int ChunkBytes { get; init; } = 1024 * 1024;

    /// <summary>Uploads what the hub does not have yet, and goes on where a broken upload stopped.</summary>
    /// <param name="sha256">SHA-256 of the whole, lower-case hexadecimal.</param>
    /// <param name="content">A seekable stream of the whole.</param>
    /// <param name="progress">Is told the bytes that the hub has.</param>
    /// <param name="cancellationToken">Gives up; a later call goes on.</param>
    public async Task UploadAsync(string sha256, Stream content, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var path = await CreateAsync(sha256, content.Length, cancellationToken);
        for (var resumptions = 0; ; resumptions++)
        {
            try
            {
                var state = await StateAsync(path, cancellationToken);
                if (!state.Complete) await SendRestAsync(path, state.Offset, content, progress, cancellationToken);
                progress?.Report(content.Length);
                return;
            }
            catch (HubUnreachableException) when (resumptions < MaxResumptions)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 << resumptions), cancellationToken);
            }
            catch (HubRefusalException refused) when (refused.Refusal.Status == (int)HttpStatusCode.Conflict && resumptions < MaxResumptions)
            {
                // The hub has other bytes than expected, e.g. from a request whose answer was lost: ask where to go on.
            }
        }
    }

    private async Task<string> CreateAsync(string sha256, long size, CancellationToken cancellationToken)
    {
        using var answer = await connection.SendAsync(
            () => connection.Request(HttpMethod.Post, "/api/v1/uploads", JsonContent.Create(new { sha256, size })), cancellationToken);
        return answer.Headers.Location?.OriginalString ?? $"/api/v1/uploads/{sha256}";
    }

    private async Task<State> StateAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await connection.SendAsync(() => connection.Request(HttpMethod.Head, path), cancellationToken);
        return new State(Offset(answer), answer.Headers.TryGetValues("Upload-Complete", out var complete) && complete.First() == "?1");
    }

    private async Task SendRestAsync(string path, long offset, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var chunk = new byte[ChunkBytes];
        while (offset < content.Length)
        {
            content.Seek(offset, SeekOrigin.Begin);
            var length = await content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken);
            using var answer = await connection.SendAsync(() => Part(path, offset, chunk.AsMemory(0, length)), cancellationToken);
            var next = Offset(answer);
            if (next <= offset) throw new HubEvidenceException($"The hub took no bytes of the upload at offset {offset}.");
            offset = next;
            progress?.Report(offset);
        }
    }

    private HttpRequestMessage Part(string path, long offset, ReadOnlyMemory<byte> bytes)
    {
        var request = connection.Request(HttpMethod.Patch, path, new ReadOnlyMemoryContent(bytes));
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private static long Offset(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Upload-Offset", out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new HubEvidenceException("The hub's answer has no Upload-Offset.");

    private readonly record struct State(long Offset, bool Complete);
}
