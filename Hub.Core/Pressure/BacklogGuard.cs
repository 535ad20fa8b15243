using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Pressure;

/// <summary>Closes the way in while too much lies unfinished, in the whole hub or for one recipient, and opens it again by itself. Asking
/// costs a look at what was counted last: nothing is counted for a message. Thread-safe.</summary>
/// <remarks>A message is taken for all its recipients or for none. Who names a recipient that is full is refused: he can leave it out. Who
/// names a group cannot, and one member that stopped fetching would close the group to all the others; so members of groups are filled up to
/// <see cref="OfGroups"/> times their bound, which leaves time to call them after their age alarm, and still ends somewhere.
/// Failure policy: while the store cannot be counted, what was counted last holds; a store that does not answer takes nothing anyway.</remarks>
/// <param name="store">The store, which all nodes share: what all of them accepted counts.</param>
/// <param name="registry">The bound of each recipient.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class BacklogGuard(IHubStore store, IRegistry registry, TimeProvider clock)
{
    /// <summary>What refused callers are told to wait (30 s).</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>Counting recipients walks over everything unfinished: it may take this part of a reader's time.</summary>
    private const int RestsFor = 20;

    /// <summary>How many times its bound a recipient may have that is named by groups only (2).</summary>
    public const int OfGroups = 2;

    private volatile Counted _counted = new(0, IsClosed: false, new Dictionary<SystemAddress, long>());
    private (RegistrySnapshot Of, long Least)? _bounds;
    private long _restsSince;
    private TimeSpan _rest;

    /// <summary>Most unfinished deliveries of the whole hub (5,000,000).</summary>
    public long MostOfHub { get; init; } = 5_000_000;

    /// <summary>Refuses what would make a full backlog longer.</summary>
    /// <param name="recipients">Who would get it.</param>
    /// <exception cref="ProblemException"><c>unavailable</c>, with Retry-After and every recipient that lets too much lie.</exception>
    public void RequireRoom(IReadOnlyList<ResolvedRecipient> recipients)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        var counted = _counted;
        if (counted.IsClosed)
        {
            IntakeGate.Shed("backlog");
            throw Full($"The hub has {counted.Total} unfinished deliveries; from {MostOfHub} on it takes nothing new until {BacklogWatermark.OpensAt:0%} are left. Acknowledgements are taken.", []);
        }

        if (counted.Closed.Count > 0) RequireRoom(recipients, counted.Closed);
    }

    /// <summary>Counts again. Call about once a second, never twice at the same time.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default)
    {
        var (before, snapshot) = (_counted, registry.Current);
        var deliveries = (await store.ReadStatisticsAsync(cancellationToken)).Deliveries;
        var total = deliveries.GetValueOrDefault(DeliveryState.Queued) + deliveries.GetValueOrDefault(DeliveryState.Claimed);
        var closed = await CountRecipientsAsync(snapshot, total, before.Closed, cancellationToken);
        _counted = new Counted(total, BacklogWatermark.IsClosed(before.IsClosed, total, MostOfHub), closed);
    }

    private static void RequireRoom(IReadOnlyList<ResolvedRecipient> recipients, IReadOnlyDictionary<SystemAddress, long> closed)
    {
        List<ProblemItem> full = [];
        foreach (var recipient in recipients)
        {
            if (!closed.TryGetValue(recipient.System.Address, out var count)) continue;
            long most = recipient.System.Policy.MaxQueued;
            if (recipient.ByGroup && count < OfGroups * most) continue;
            full.Add(new ProblemItem(recipient.System.Address.ToString(), ProblemCode.Unavailable, $"{recipient.System.Address} has {count} unfinished deliveries; its bound is {most}{(recipient.ByGroup ? $", and {OfGroups * most} for messages to its groups" : "")}."));
        }

        if (full.Count == 0) return;
        IntakeGate.Shed("recipient");
        throw Full($"{string.Join(", ", full.Select(static f => f.Subject))} {(full.Count == 1 ? "lets" : "let")} too much lie; nothing new is taken for it until {BacklogWatermark.OpensAt:0%} of its bound are left.", full);
    }

    private static ProblemException Full(string detail, IReadOnlyList<ProblemItem> items) =>
        new(new Problem(ProblemCode.Unavailable, $"{detail} Retry in {RetryAfter.TotalSeconds:0} s.") { Items = items, RetryAfter = RetryAfter });

    private async ValueTask<IReadOnlyDictionary<SystemAddress, long>> CountRecipientsAsync(
        RegistrySnapshot snapshot, long total, IReadOnlyDictionary<SystemAddress, long> before, CancellationToken cancellationToken)
    {
        var floor = Math.Max(1, (long)(LeastOf(snapshot) * BacklogWatermark.OpensAt));
        // Nobody can have more than there is.
        if (total < floor) return new Dictionary<SystemAddress, long>();
        if (_rest > TimeSpan.Zero && clock.GetElapsedTime(_restsSince) < _rest) return before;
        var began = clock.GetTimestamp();
        Dictionary<SystemAddress, long> closed = [];
        foreach (var (system, count) in await store.ListBacklogsAsync(floor, cancellationToken))
        {
            if (snapshot.FindSystem(system) is { Policy.MaxQueued: var most } && BacklogWatermark.IsClosed(before.ContainsKey(system), count, most)) closed.Add(system, count);
        }

        (_restsSince, _rest) = (clock.GetTimestamp(), clock.GetElapsedTime(began) * RestsFor);
        return closed;
    }

    private long LeastOf(RegistrySnapshot snapshot)
    {
        if (_bounds is { } known && ReferenceEquals(known.Of, snapshot)) return known.Least;
        var least = snapshot.Systems.Select(static s => (long)s.Policy.MaxQueued).DefaultIfEmpty(long.MaxValue / 2).Min();
        _bounds = (snapshot, least);
        return least;
    }

    private sealed record Counted(long Total, bool IsClosed, IReadOnlyDictionary<SystemAddress, long> Closed);
}
