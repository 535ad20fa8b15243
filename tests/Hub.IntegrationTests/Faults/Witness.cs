using System.Collections.Concurrent;
using System.Net;
using Hub.IntegrationTests.Agencies;

namespace Hub.IntegrationTests.Faults;

/// <summary>Calls nodes as systems behind a load balancer do: a node that did not answer is left alone for a while. Remembers what
/// nodes should never have answered.</summary>
internal sealed class Witness(IReadOnlyList<Uri> nodes)
{
    private const int Shunned = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly long[] _failed = new long[nodes.Count];
    private readonly long[] _worked = new long[nodes.Count];
    private int _unavailable;
    private int _broken;

    /// <summary>Answers 503.</summary>
    internal int Unavailable => _unavailable;

    /// <summary>Calls without an answer: refused, reset, or not within 4 s.</summary>
    internal int Broken => _broken;

    /// <summary>What nobody may be told because a node or the database is away.</summary>
    internal ConcurrentQueue<string> Wrong { get; } = [];

    internal IReadOnlyList<Uri> Nodes => nodes;

    /// <summary>A node that seems to work; any when none does.</summary>
    internal int Pick(Random random)
    {
        var now = Environment.TickCount64;
        var first = random.Next(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = (first + i) % nodes.Count;
            if (now - Volatile.Read(ref _failed[node]) > Shunned) return node;
        }

        return first;
    }

    /// <summary>Whether every node has done what a call asked for that began after this moment of <see cref="Environment.TickCount64"/>.</summary>
    internal bool AllWorkedSince(long moment) => Enumerable.Range(0, nodes.Count).All(node => Volatile.Read(ref _worked[node]) > moment);

    /// <summary>Calls a node.</summary>
    /// <param name="agency">Who calls.</param>
    /// <param name="node">Whom.</param>
    /// <param name="method">How.</param>
    /// <param name="path">What.</param>
    /// <param name="content">The body.</param>
    /// <param name="expected">Statuses that are in order, besides 503 with <c>Retry-After</c>.</param>
    /// <returns>Null when there was no answer, or 503.</returns>
    internal async Task<string?> CallAsync(TestAgency agency, int node, HttpMethod method, string path, HttpContent? content, params IReadOnlyList<HttpStatusCode> expected)
    {
        using var request = new HttpRequestMessage(method, new Uri(nodes[node], path)) { Content = content };
        using var limit = new CancellationTokenSource(Patience);
        var began = Environment.TickCount64;
        try
        {
            using var answer = await agency.SendAsync(nodes[node], request, limit.Token);
            var text = await answer.Content.ReadAsStringAsync(limit.Token);
            if (expected.Contains(answer.StatusCode))
            {
                if (method == HttpMethod.Post) Volatile.Write(ref _worked[node], began);
                return text;
            }

            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable) Wrong.Enqueue($"{method} {path} at {node}: {(int)answer.StatusCode} {text}");
            else if (answer.Headers.RetryAfter is null) Wrong.Enqueue($"{method} {path} at {node}: 503 without Retry-After: {text}");
            Interlocked.Increment(ref _unavailable);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            Interlocked.Increment(ref _broken);
        }

        Volatile.Write(ref _failed[node], Environment.TickCount64);
        return null;
    }
}
