using System.Collections.Immutable;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>All that <see cref="InMemoryStore"/> holds, immutable: a transaction works on its own and swaps it in at commit.</summary>
internal sealed record InMemoryState
{
    internal ImmutableDictionary<MessageKey, MessageRecord> Messages { get; init; } = ImmutableDictionary<MessageKey, MessageRecord>.Empty;

    /// <summary>In the order of their insertion.</summary>
    internal ImmutableList<MessageKey> Order { get; init; } = [];

    internal ImmutableDictionary<MessageKey, ReadOnlyMemory<byte>> Octets { get; init; } = ImmutableDictionary<MessageKey, ReadOnlyMemory<byte>>.Empty;

    /// <summary>By id.</summary>
    internal ImmutableSortedDictionary<long, DeliveryRecord> Deliveries { get; init; } = ImmutableSortedDictionary<long, DeliveryRecord>.Empty;

    internal ImmutableList<EntryRecord> Entries { get; init; } = [];

    internal ImmutableDictionary<(int Level, long Index), byte[]> Tiles { get; init; } = ImmutableDictionary<(int, long), byte[]>.Empty;

    internal ImmutableSortedDictionary<long, string> Checkpoints { get; init; } = ImmutableSortedDictionary<long, string>.Empty;

    /// <summary>Uploads of erased messages whose content is not known to be gone.</summary>
    internal ImmutableHashSet<UploadName> ErasedUploads { get; init; } = [];

    internal (long Version, string Document)? Registry { get; init; }

    /// <summary>Oldest first, without gaps.</summary>
    internal ImmutableList<RegistryVersion> Versions { get; init; } = [];

    internal ImmutableSortedDictionary<string, ProposalRecord> Proposals { get; init; } = ImmutableSortedDictionary.Create<string, ProposalRecord>(StringComparer.Ordinal);

    internal ImmutableSortedDictionary<string, byte[]> AppState { get; init; } = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    internal static string AppKey(SystemAddress app, string key) => $"{app}\n{key}";

    /// <summary>This state, which was made out of one, made out of another.</summary>
    /// <exception cref="StoreConflictException">Both changed the same.</exception>
    internal InMemoryState Onto(InMemoryState begun, InMemoryState current)
    {
        if (ReferenceEquals(begun, current)) return this;
        return current with
        {
            Messages = current.Messages.SetItems(Changed(begun.Messages, Messages, current.Messages)),
            Order = current.Order.AddRange(Order.Skip(begun.Order.Count)),
            Octets = current.Octets.SetItems(Changed(begun.Octets, Octets, current.Octets)).RemoveRange(begun.Octets.Keys.Where(key => !Octets.ContainsKey(key))),
            Deliveries = current.Deliveries.SetItems(Changed(begun.Deliveries, Deliveries, current.Deliveries)),
            Entries = current.Entries == begun.Entries ? Entries : Entries == begun.Entries ? current.Entries : throw Conflict("the log"),
            Tiles = current.Tiles.SetItems(Changed(begun.Tiles, Tiles, current.Tiles)),
            Checkpoints = current.Checkpoints.SetItems(Changed(begun.Checkpoints, Checkpoints, current.Checkpoints)),
            ErasedUploads = current.ErasedUploads == begun.ErasedUploads ? ErasedUploads : ErasedUploads == begun.ErasedUploads ? current.ErasedUploads : throw Conflict("uploads"),
            Registry = current.Registry == begun.Registry ? Registry : current.Registry,
            Versions = current.Versions == begun.Versions ? Versions : Versions == begun.Versions ? current.Versions : throw Conflict("the registry"),
            Proposals = current.Proposals.SetItems(Changed(begun.Proposals, Proposals, current.Proposals)),
            AppState = current.AppState.SetItems(Changed(begun.AppState, AppState, current.AppState)).RemoveRange(begun.AppState.Keys.Where(key => !AppState.ContainsKey(key))),
        };
    }

    private static IEnumerable<KeyValuePair<TKey, TValue>> Changed<TKey, TValue>(
        IReadOnlyDictionary<TKey, TValue> begun, IReadOnlyDictionary<TKey, TValue> mine, IReadOnlyDictionary<TKey, TValue> current)
    {
        if (ReferenceEquals(begun, mine)) return [];
        var changed = mine.Where(pair => !IsSame(begun, pair.Key, pair.Value)).ToList();
        foreach (var (key, _) in changed)
        {
            var (was, known) = (begun.TryGetValue(key, out var before), current.TryGetValue(key, out var meanwhile));
            if (was != known || (known && !Equals(before, meanwhile))) throw Conflict($"{key}");
        }

        return changed;
    }

    private static bool IsSame<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> of, TKey key, TValue value) => of.TryGetValue(key, out var known) && Equals(known, value);

    private static StoreConflictException Conflict(string what) => new($"Another transaction has changed {what}.");

    /// <summary>The objects in force after the versions up to one.</summary>
    internal RegistryState? RegistryAt(long? version)
    {
        if (Versions.Count == 0 || (version is { } asked && !Versions.Exists(v => v.Version == asked))) return null;
        var objects = new Dictionary<(string, string), RegistryObject>();
        foreach (var change in Versions.Where(v => v.Version <= (version ?? long.MaxValue)).SelectMany(v => v.Changes)) objects[(change.Section, change.Id)] = change;
        return new RegistryState(version ?? Versions[^1].Version, [.. objects.Values.Where(o => o.Json is not null)]);
    }

    internal bool IsNamed(UploadName upload) =>
        Messages.Values.Any(m => m.Erased is null && m.From == upload.Owner && m.Uploads.Contains(upload.Sha256));

    internal bool IsProtocol(DeliveryRecord delivery) => RegistrySnapshot.IsProtocol(Messages[delivery.Message].Type);

    internal IEnumerable<DeliveryRecord> Untaken(DateTimeOffset now) => Deliveries.Values.Where(d => Ends(d, ignoreDue: true) <= now && !IsProtocol(d));

    internal IEnumerable<DeliveryRecord> Claimable(DateTimeOffset now)
    {
        var fronts = Deliveries.Values.Where(d => d.BlocksLane).GroupBy(d => (d.Recipient, d.Lane)).Select(lane => lane.MinBy(d => (d.LanePlace, d.Id))!.Id).ToHashSet();
        return Deliveries.Values.Where(d => Ends(d) <= now && (d.Lane is null || fronts.Contains(d.Id)));
    }

    internal bool IsExpired(DeliveryRecord delivery, DateTimeOffset now) =>
        Ends(delivery, ignoreDue: true) <= now && Messages[delivery.Message].Expires <= now;

    /// <summary>From when on a delivery can be claimed; never for settled ones.</summary>
    private static DateTimeOffset Ends(DeliveryRecord delivery, bool ignoreDue = false) => delivery.State switch
    {
        DeliveryState.Queued => ignoreDue ? DateTimeOffset.MinValue : delivery.Due,
        DeliveryState.Claimed => delivery.ClaimedUntil!.Value,
        _ => DateTimeOffset.MaxValue,
    };
}
