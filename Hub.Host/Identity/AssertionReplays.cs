using System.Collections.Concurrent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Host.Identity;

/// <summary>Remembers the ids of client assertions until they expire, so that none works twice (RFC 7523 §3, 7). Bounded
/// per system: only verified assertions get here, so a system can only fill its own share. Kept in memory only: assertions
/// from before <see cref="Since"/> are therefore refused, or each would work once more after a restart.</summary>
internal sealed class AssertionReplays(TimeProvider clock)
{
    private const int MaxPerSystem = 2_000;

    private readonly ConcurrentDictionary<SystemAddress, Seen> _systems = new();

    /// <summary>Since when ids are remembered: the start of this process, in whole seconds as <c>iat</c> is.</summary>
    internal DateTimeOffset Since { get; } = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());

    /// <exception cref="ProblemException"><c>unauthenticated</c> for an id used before; <c>rate-limited</c> when the share is full.</exception>
    internal void Use(SystemAddress system, string id, DateTimeOffset expires)
    {
        var now = clock.GetUtcNow();
        var seen = _systems.GetOrAdd(system, static _ => new Seen());
        lock (seen)
        {
            if (seen.Ids.ContainsKey(id)) throw ProblemCode.Unauthenticated.With("This client assertion was used before. Make a new one, with a new jti, for every token.");
            if (seen.Ids.Count >= MaxPerSystem) seen.Forget(now);
            if (seen.Ids.Count >= MaxPerSystem) throw TooMany(system);
            seen.Ids.Add(id, expires);
        }
    }

    private static ProblemException TooMany(SystemAddress system) =>
        new(new Problem(ProblemCode.RateLimited, $"'{system}' has asked for {MaxPerSystem} tokens within five minutes. Use each token until it expires.")
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
