using System.Collections.Concurrent;
using Hub.Contracts.Problems;

namespace Hub.Host.Identity;

/// <summary>Remembers the ids of client assertions until they expire, so that none works twice (RFC 7523 §3, 7). Bounded
/// per client: only verified assertions get here, so a client can only fill its own share. Kept in memory only: assertions
/// from before <see cref="Since"/> are therefore refused, or each would work once more after a restart.</summary>
internal sealed class AssertionReplays(TimeProvider clock)
{
    private const int MaxPerClient = 2_000;

    private readonly ConcurrentDictionary<string, Seen> _clients = new(StringComparer.Ordinal);

    /// <summary>Since when ids are remembered: the start of this process, in whole seconds as <c>iat</c> is.</summary>
    internal DateTimeOffset Since { get; } = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());

    /// <exception cref="ProblemException"><c>unauthenticated</c> for an id used before; <c>rate-limited</c> when the share is full.</exception>
    internal void Use(string client, string id, DateTimeOffset expires)
    {
        var now = clock.GetUtcNow();
        var seen = _clients.GetOrAdd(client, static _ => new Seen());
        lock (seen)
        {
            if (seen.Ids.ContainsKey(id)) throw ProblemCode.Unauthenticated.With("This client assertion was used before. Make a new one, with a new jti, for every token.");
            if (seen.Ids.Count >= MaxPerClient) seen.Forget(now);
            if (seen.Ids.Count >= MaxPerClient) throw TooMany(client);
            seen.Ids.Add(id, expires);
        }
    }

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
