using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>A system that has shown no sign of life for longer than its registry entry allows.</summary>
/// <param name="System">The system.</param>
/// <param name="Last">Its last sign of life, on any node; or when it began to be watched.</param>
/// <param name="Heartbeat">How long it may be silent.</param>
public sealed record SilentSystem(SystemAddress System, DateTimeOffset Last, TimeSpan Heartbeat);

/// <summary>Finds systems that have fallen silent, of those whose policy states a <see cref="DeliveryPolicy.Heartbeat"/>. What each node
/// has seen is shared through the hub's own state, in one small commit a minute, so that any node can tell and a restart forgets
/// nothing. Nobody is silent while nobody listens: a node counts silence from its own start at the earliest. Thread-safe but for <see cref="ShareAsync"/>, of which one runs at a time.</summary>
public sealed class HeartbeatWatch(IRegistry registry, IHubStore store, ICommitter committer, IHubKeys keys, DeliverySignals signals, TimeProvider clock)
{
    private const string Prefix = "alive/";
    private const int Most = 100_000;

    private readonly DateTimeOffset _start = clock.GetUtcNow();

    /// <summary>Writes down what this node has seen since, and from when a system is watched that was not before.</summary>
    public async ValueTask ShareAsync(CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var shared = await ReadAsync(cancellationToken);
        Dictionary<string, DateTimeOffset?> changes = [];
        foreach (var (system, _) in Watched())
        {
            var name = system.ToString();
            var known = shared.Remove(name, out var last);
            if (signals.Life.LastOf(system) is { } seen && !(known && seen <= last)) changes[name] = seen;
            else if (!known) changes[name] = now;
        }

        // What is no longer watched starts afresh if it ever is again.
        foreach (var name in shared.Keys) changes[name] = null;
        if (changes.Count == 0) return;
        await committer.RunAsync(
            async scope =>
            {
                foreach (var (name, at) in changes)
                {
                    var key = Prefix + name;
                    if (at is { } seen && Read(await scope.Transaction.ReadAppStateAsync(keys.Address, key)) >= seen) continue;
                    await scope.Transaction.WriteAppStateAsync(keys.Address, key, at is { } instant ? Encoding.ASCII.GetBytes(Rfc3339.Format(instant)) : default(ReadOnlyMemory<byte>?));
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Those that are silent now, by what all nodes have shared and this one knows. Silence counts from the last sign of life, or from
    /// this node's start when that is later: while the whole hub was away, nobody could show any.</summary>
    public async ValueTask<IReadOnlyList<SilentSystem>> ReadSilentAsync(CancellationToken cancellationToken = default)
    {
        var watched = Watched();
        if (watched.Count == 0) return [];
        var now = clock.GetUtcNow();
        var shared = await ReadAsync(cancellationToken);
        List<SilentSystem> silent = [];
        foreach (var (system, heartbeat) in watched)
        {
            var last = shared.TryGetValue(system.ToString(), out var known) ? known : now;
            if (signals.Life.LastOf(system) is { } seen && seen > last) last = seen;
            if (now - (last > _start ? last : _start) > heartbeat) silent.Add(new SilentSystem(system, last, heartbeat));
        }

        return silent;
    }

    private List<(SystemAddress System, TimeSpan Heartbeat)> Watched() =>
        [.. registry.Current.Systems.Where(static s => s.Policy.Heartbeat is not null).Select(static s => (s.Address, s.Policy.Heartbeat!.Value))];

    private async ValueTask<Dictionary<string, DateTimeOffset>> ReadAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, DateTimeOffset> all = new(StringComparer.Ordinal);
        foreach (var (key, value) in await store.ListAppStateAsync(keys.Address, Prefix, Most, cancellationToken))
            all[key[Prefix.Length..]] = Read(value) ?? DateTimeOffset.MinValue;
        return all;
    }

    private static DateTimeOffset? Read(ReadOnlyMemory<byte>? value) =>
        value is { } octets && Rfc3339.TryParse(Encoding.ASCII.GetString(octets.Span), out var at) ? at : null;
}
