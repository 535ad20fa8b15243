using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Host.Identity;

/// <summary>Remembers the ids of client assertions until they expire, so that none works twice (RFC 7523 §3, 7). Bounded
/// per client and node: only verified assertions get here, so a client can only fill its own share.</summary>
/// <remarks>A node that has its store for itself remembers in memory only: assertions from before <see cref="Since"/> are therefore
/// refused, or each would work once more after a restart. Nodes that share a store remember there, so that one used at a node is
/// refused at every other; an assertion may then be older than the node that a load balancer chose.</remarks>
/// <param name="clock">When ids may be forgotten.</param>
/// <param name="shared">What all nodes remember; null for a node that is alone.</param>
/// <param name="started">When the node started; null: now.</param>
internal sealed class AssertionReplays(TimeProvider clock, IOnceStore? shared = null, DateTimeOffset? started = null)
{
    private const int MaxPerClient = 2_000;

    private readonly ConcurrentDictionary<string, Seen> _clients = new(StringComparer.Ordinal);

    /// <summary>Since when ids are remembered: the start of this process, in whole seconds as <c>iat</c> is; for ever where nodes share
    /// what they remember.</summary>
    internal DateTimeOffset Since { get; } = shared is null ? DateTimeOffset.FromUnixTimeSeconds((started ?? clock.GetUtcNow()).ToUnixTimeSeconds()) : DateTimeOffset.MinValue;

    /// <exception cref="ProblemException"><c>unauthenticated</c> for an id used before; <c>rate-limited</c> when the share is full;
    /// <c>unavailable</c> when the other nodes' uses cannot be known now.</exception>
    internal async ValueTask UseAsync(string client, string id, DateTimeOffset expires, CancellationToken cancellationToken = default)
    {
        UseHere(client, id, expires);
        if (shared is null) return;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{client}\n{id}")));
        if (!await shared.TryUseAsync(name, expires, cancellationToken)) throw Used();
    }

    private void UseHere(string client, string id, DateTimeOffset expires)
    {
        var now = clock.GetUtcNow();
        var seen = _clients.GetOrAdd(client, static _ => new Seen());
        lock (seen)
        {
            if (seen.Ids.ContainsKey(id)) throw Used();
            if (seen.Ids.Count >= MaxPerClient) seen.Forget(now);
            if (seen.Ids.Count >= MaxPerClient) throw TooMany(client);
            seen.Ids.Add(id, expires);
        }
    }

    private static ProblemException Used() => ProblemCode.Unauthenticated.With("This client assertion was used before. Make a new one, with a new jti, for every token.");

    private static ProblemException TooMany(string client) =>
        new(new Problem(ProblemCode.RateLimited, $"'{client}' has asked for {MaxPerClient} tokens within five minutes. Use each token until it expires.")
        {
            RetryAfter = TimeSpan.FromMinutes(1),
        });

    private sealed class Seen
    {
        internal Dictionary<string, DateTimeOffset> Ids { get; } = new(StringComparer.Ordinal);

        internal void Forget(DateTimeOffset now)
        {
            foreach (var (id, _) in Ids.Where(pair => pair.Value <= now).ToList()) Ids.Remove(id);
        }
    }
}
