using System.Collections.Concurrent;
using Hub.Contracts.Trail;

namespace Hub.IntegrationTests.Faults;

/// <summary>Asks every node for its checkpoint the whole time. Of one log there is one root for each size, and no node goes back.</summary>
internal sealed class CheckpointWatch : IAsyncDisposable
{
    private readonly NoteVerifier _key;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _polls;

    private CheckpointWatch(NoteVerifier key, IEnumerable<Uri> nodes)
    {
        _key = key;
        _polls = Task.WhenAll(nodes.Select(PollAsync));
    }

    /// <summary>Size → root, base64.</summary>
    internal ConcurrentDictionary<long, string> Seen { get; } = [];

    /// <summary>What no log may show.</summary>
    internal ConcurrentQueue<string> Wrong { get; } = [];

    internal static CheckpointWatch Start(NoteVerifier key, IEnumerable<Uri> nodes) => new(key, nodes);

    internal async Task StopAsync()
    {
        if (!_stop.IsCancellationRequested) await _stop.CancelAsync();
        await _polls;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    /// <summary>Takes a signed checkpoint.</summary>
    /// <returns>Its size.</returns>
    internal long Take(string note, string from)
    {
        if (Checkpoint.Open(note, _key) is not { } checkpoint)
        {
            Wrong.Enqueue($"{from}: not signed by the log's key: {note}");
            return 0;
        }

        var root = Convert.ToBase64String(checkpoint.Root.Span);
        if (Seen.GetOrAdd(checkpoint.Size, root) != root) Wrong.Enqueue($"{from}: another root for size {checkpoint.Size}");
        return checkpoint.Size;
    }

    private async Task PollAsync(Uri node)
    {
        var newest = 0L;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(node, "/log/checkpoint"), _stop.Token);
                if (answer.IsSuccessStatusCode)
                {
                    var size = Take(await answer.Content.ReadAsStringAsync(_stop.Token), node.ToString());
                    if (size < newest) Wrong.Enqueue($"{node}: went back from {newest} to {size}");
                    newest = size;
                }
            }
            catch (Exception away) when (away is HttpRequestException or OperationCanceledException or IOException)
            {
                // Nodes are away now and then: that is what the tests do.
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }
}
