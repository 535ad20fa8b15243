using System.Collections.Concurrent;
using System.Diagnostics;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;

namespace Hub.IntegrationTests.Overload;

/// <summary>A system that offers messages at a rate of its own, whatever the hub answers (open loop): what finds no free connection is
/// counted as not sent. Messages are signed before it starts.</summary>
internal sealed class Flood(TestAgency sender, Uri hub, int connections) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<(string Key, byte[] Octets)> _ready = new();
    private readonly SemaphoreSlim _due = new(0);

    /// <summary>Keys of what got a receipt.</summary>
    internal ConcurrentBag<string> Accepted { get; } = [];

    /// <summary>How long receipts took, in milliseconds.</summary>
    internal ConcurrentBag<double> AcceptedAfter { get; } = [];

    /// <summary>How long refusals took, in milliseconds.</summary>
    internal ConcurrentBag<double> RefusedAfter { get; } = [];

    /// <summary>Answers that are neither a receipt nor a refusal that says when to come back.</summary>
    internal ConcurrentBag<Answer> Wrong { get; } = [];

    /// <summary>Connections that the hub closed without an answer.</summary>
    internal int Broken;

    /// <summary>How many times the hub was asked.</summary>
    internal int Asked => Accepted.Count + RefusedAfter.Count + Wrong.Count + Broken;

    internal async Task SignAsync(int count, string to)
    {
        var run = Guid.NewGuid().ToString("N")[..8];
        await Parallel.ForAsync(0, count, async (number, stop) =>
        {
            var envelope = sender.Document($"{run}-{number}", new string('x', 600), to);
            _ready.Enqueue((envelope.Key.Value, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, sender.Signer, stop)));
        });
    }

    /// <summary>Offers messages until it is stopped.</summary>
    /// <param name="perSecond">How many a second.</param>
    /// <param name="stop">Stops it; what is under way is answered first.</param>
    internal async Task RunAsync(double perSecond, CancellationToken stop)
    {
        var head = LoadConnection.Head(hub, await sender.TokenAsync(hub));
        var senders = Enumerable.Range(0, connections).Select(_ => Task.Run(() => SendAsync(head, stop), CancellationToken.None)).ToArray();
        var clock = Stopwatch.StartNew();
        for (var offered = 0L; !stop.IsCancellationRequested;)
        {
            var due = (long)(clock.Elapsed.TotalSeconds * perSecond);
            // What no connection is free for has been offered and not sent: it is not made up for.
            var free = connections - _due.CurrentCount;
            if (due > offered && free > 0) _due.Release((int)Math.Min(due - offered, free));
            offered = due;
            await Task.Delay(5, CancellationToken.None);
        }

        await Task.WhenAll(senders);
    }

    public void Dispose() => _due.Dispose();

    private async Task SendAsync(string head, CancellationToken stop)
    {
        using var connection = new LoadConnection(hub);
        while (await IsDueAsync(stop) && _ready.TryDequeue(out var next))
        {
            var request = LoadConnection.Request(head, next.Octets);
            var began = Stopwatch.GetTimestamp();
            try
            {
                Count(next, await connection.SendAsync(request, CancellationToken.None), Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            catch (IOException)
            {
                Interlocked.Increment(ref Broken);
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private async Task<bool> IsDueAsync(CancellationToken stop)
    {
        try
        {
            await _due.WaitAsync(stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Count((string Key, byte[] Octets) message, Answer answer, double milliseconds)
    {
        if (answer.Status is 202 or 200)
        {
            Accepted.Add(message.Key);
            AcceptedAfter.Add(milliseconds);
        }
        else if (answer is { Status: 429 or 503, RetryAfter: true })
        {
            RefusedAfter.Add(milliseconds);
            // Signing is dear: what was not taken is offered again.
            _ready.Enqueue(message);
        }
        else
        {
            Wrong.Add(answer);
        }
    }
}
