using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>The store's contract in its shortest form: reference for adapters, double for tests. Thread-safe.</summary>
/// <param name="shared">Whether several committers write to it, their transactions side by side: what two change at once is a conflict, and
/// only one has the seat of the log.</param>
internal sealed class InMemoryStore(bool shared = false) : IHubStore
{
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Turn _turn = new();
    private volatile InMemoryState _state = new();
    private Action<StoreWake>? _heard;

    /// <summary>All it holds; setting it is what restoring a backup under a running hub does.</summary>
    internal InMemoryState State
    {
        get => _state;
        set => _state = value;
    }

    public bool IsShared => shared;

    /// <summary>All nodes hear all, also of themselves.</summary>
    public void Listen(Action<StoreWake> heard) => _heard += heard;

    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => default;

    public async ValueTask<IStoreTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        if (shared) return new InMemoryTransaction(_state, _turn, _writer, Commit, () => _writer.Release(), () => _state);
        await _writer.WaitAsync(cancellationToken);
        return new InMemoryTransaction(_state, _turn, seat: null, Commit, () => _writer.Release(), () => _state);
    }

    private void Commit(InMemoryState begun, InMemoryState next, StoreWake wake)
    {
        lock (_turn) _state = shared ? next.Onto(begun, _state) : next;
        _heard?.Invoke(wake);
    }

    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key, CancellationToken cancellationToken = default) => new(_state.Messages.GetValueOrDefault(key));

    public ValueTask<MessageRecord?> FindReplyAsync(MessageKey request, MessageType type, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        var state = _state;
        var deliveries = state.Deliveries.Values.ToLookup(d => d.Message);
        return new(state.Messages.GetValueOrDefault(request) is not { } asked ? null : state.Order.Select(key => state.Messages[key]).FirstOrDefault(m =>
            m.InReplyTo == request && m.Type == type && !(m.NotBefore > now) && deliveries[request].Any(d => d.Recipient == m.From) && deliveries[m.Key].Any(d => d.Recipient == asked.From)));
    }

    public ValueTask<int> CountRepliesAsync(MessageKey request, SystemAddress from, int most, CancellationToken cancellationToken = default) =>
        new(_state.Messages.Values.Where(m => m.InReplyTo == request && m.From == from).Take(most).Count());

    public ValueTask<ReadOnlyMemory<byte>?> ReadOctetsAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        new(_state.Octets.TryGetValue(key, out var octets) ? octets : (ReadOnlyMemory<byte>?)null);

    public ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(IReadOnlyCollection<MessageKey> keys, long mostOctets, CancellationToken cancellationToken = default)
    {
        var (state, left) = (_state, mostOctets);
        return new([.. keys.Select(state.Messages.GetValueOrDefault).OfType<MessageRecord>()
            .Select(m => new StoredMessage(m, (left -= m.Size) >= 0 && state.Octets.TryGetValue(m.Key, out var octets) ? octets : (ReadOnlyMemory<byte>?)null))]);
    }

    public ValueTask<Page<MessageRecord>> ListMessagesAsync(MessageQuery query, CancellationToken cancellationToken = default)
    {
        var state = _state;
        ILookup<MessageKey, DeliveryRecord> deliveries = state.Deliveries.Values.ToLookup(d => d.Message);
        var newestFirst = state.Order.Select((key, i) => (Message: state.Messages[key], Place: $"{long.MaxValue - state.Messages[key].Accepted.UtcTicks:d19}{int.MaxValue - i:d10}"));
        var page = PageOf(newestFirst.Where(m => Matches(m.Message)).OrderBy(m => m.Place, StringComparer.Ordinal), m => m.Place, query.Cursor, query.Limit);
        return new(new Page<MessageRecord>([.. page.Items.Select(m => m.Message)], page.Next));

        bool Matches(MessageRecord m) =>
            (query.VisibleTo is not { } caller || m.From == caller || (!(m.NotBefore > query.VisibleAt) && deliveries[m.Key].Any(d => d.Recipient == caller)))
            && (query.From is not { } from || m.From == from)
            && (query.Recipient is not { } recipient || deliveries[m.Key].Any(d => d.Recipient == recipient))
            && (query.Type is not { } type || m.Type == type)
            && (query.State is not { } wanted || deliveries[m.Key].Any(d => d.State == wanted && (query.VisibleTo is not { } looking || m.From == looking || d.Recipient == looking)))
            && (query.Since is not { } since || m.Accepted >= since)
            && (query.Until is not { } until || m.Accepted < until)
            && (query.Conversation is not { } conversation || m.Conversation == conversation);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        new([.. _state.Deliveries.Values.Where(d => d.Message == key)]);

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id, CancellationToken cancellationToken = default) => new(_state.Deliveries.GetValueOrDefault(id));

    public ValueTask<Page<DeliveryRecord>> ListDeliveriesAsync(DeliveryState state, SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        new(PageOf(_state.Deliveries.Values.Where(d => d.State == state && (recipient is null || d.Recipient == recipient)), d => $"{d.Id:d29}", cursor, limit));

    public ValueTask<Page<DeadGroup>> ListDeadGroupsAsync(SystemAddress? recipient, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        if (cursor is not null && !DeadGroup.TryParseKey(cursor, out _, out _)) throw ProblemCode.InvalidRequest.With("Not a cursor.");
        var groups = _state.Deliveries.Values.Where(d => d.State == DeliveryState.Dead && d.LastProblem is not null && (recipient is null || d.Recipient == recipient))
            .GroupBy(d => (d.Recipient, d.LastProblem))
            .Select(g => new DeadGroup(g.Key.Recipient, g.Key.LastProblem!, g.Count(), g.Min(d => d.Changed), g.Max(d => d.Changed), g.MaxBy(d => d.Changed)!.LastDetail))
            .OrderBy(g => g.Key, StringComparer.Ordinal).Where(g => cursor is null || string.CompareOrdinal(g.Key, cursor) > 0).Take(limit + 1).ToList();
        return new(groups.Count <= limit ? new Page<DeadGroup>(groups, null) : new Page<DeadGroup>(groups[..limit], groups[limit - 1].Key));
    }

    public ValueTask<bool> HasDeadAsync(SystemAddress recipient, string problem, CancellationToken cancellationToken = default) =>
        new(_state.Deliveries.Values.Any(d => d.State == DeliveryState.Dead && d.Recipient == recipient && d.LastProblem == problem));

    public ValueTask<IReadOnlyList<SystemAddress>> ListUnfinishedRecipientsAsync(CancellationToken cancellationToken = default) =>
        new([.. _state.Deliveries.Values.Where(d => d.State is DeliveryState.Queued or DeliveryState.Claimed).Select(d => d.Recipient).Distinct()]);

    public ValueTask<IReadOnlyList<KeyValuePair<SystemAddress, long>>> ListBacklogsAsync(long floor, CancellationToken cancellationToken = default) =>
        new([.. _state.Deliveries.Values.Where(d => d.State is DeliveryState.Queued or DeliveryState.Claimed).GroupBy(d => d.Recipient).Select(g => KeyValuePair.Create(g.Key, (long)g.Count())).Where(b => b.Value >= floor)]);

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListUntakenAsync(SystemAddress recipient, DateTimeOffset now, long after, int limit, CancellationToken cancellationToken = default) =>
        new([.. _state.Untaken(now).Where(d => d.Recipient == recipient && d.Id > after).Take(limit)]);

    public ValueTask<bool> IsUploadNamedAsync(UploadName upload, CancellationToken cancellationToken = default) => new(_state.IsNamed(upload));

    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(MessageKey key, CancellationToken cancellationToken = default) =>
        new([.. _state.Entries.Where(e => e.ParseHeader().Key == key.Value)]);

    public ValueTask<IReadOnlyList<EntryRecord>> ListEntriesAsync(long first, int count, CancellationToken cancellationToken = default) =>
        new([.. _state.Entries.Skip((int)first).Take(count)]);

    public ValueTask<string?> FindCheckpointAsync(long? entry = null, CancellationToken cancellationToken = default)
    {
        var notes = _state.Checkpoints;
        return new(entry is { } index ? notes.FirstOrDefault(c => c.Key > index).Value : notes.LastOrDefault().Value);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadTileAsync(int level, long index, CancellationToken cancellationToken = default) =>
        new(_state.Tiles.GetValueOrDefault((level, index)));

    public ValueTask<(long Version, string Document)?> ReadRegistryAsync(CancellationToken cancellationToken = default) => new(_state.Registry);

    public ValueTask<RegistryState?> ReadRegistryStateAsync(long? version = null, CancellationToken cancellationToken = default) => new(_state.RegistryAt(version));

    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryVersionsAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        new([.. _state.Versions.Where(v => v.Version > after).Take(limit)]);

    public ValueTask<long?> FindRegistryVersionAsync(DateTimeOffset at, CancellationToken cancellationToken = default) =>
        new(_state.Versions.FindLast(v => v.Time <= at)?.Version);

    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryHistoryAsync(string section, string id, long? until = null, CancellationToken cancellationToken = default) =>
        new([.. _state.Versions.Where(v => !(v.Version > until)).SelectMany(v => v.Changes.Where(c => (c.Section, c.Id) == (section, id)).Select(c => v with { Changes = [c] })).TakeLast(200)]);

    public ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(SystemAddress system, long after, CancellationToken cancellationToken = default) =>
        new([.. _state.Versions.Where(v => v.Version > after).SelectMany(v => v.Changes).Where(c => c.Section == "keys" && c.Json is not null && c.Id.StartsWith($"{system} ", StringComparison.Ordinal))]);

    public ValueTask<ProposalRecord?> FindProposalAsync(string id, CancellationToken cancellationToken = default) => new(_state.Proposals.GetValueOrDefault(id));

    public ValueTask<Page<ProposalRecord>> ListProposalsAsync(string? state, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        var rows = _state.Proposals.Values.Reverse()
            .Where(p => (state is null || p.State == state) && (cursor is null || string.CompareOrdinal(p.Id, cursor) < 0)).Take(limit + 1).ToList();
        return new(rows.Count <= limit ? new Page<ProposalRecord>(rows, null) : new Page<ProposalRecord>(rows[..limit], rows[limit - 1].Id));
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key, CancellationToken cancellationToken = default) =>
        new(_state.AppState.TryGetValue(InMemoryState.AppKey(app, key), out var value) ? value : (ReadOnlyMemory<byte>?)null);

    public ValueTask<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> ListAppStateAsync(SystemAddress app, string prefix, int limit, CancellationToken cancellationToken = default)
    {
        var start = InMemoryState.AppKey(app, "");
        return new([.. _state.AppState.Where(e => e.Key.StartsWith(start + prefix, StringComparison.Ordinal)).Take(limit)
            .Select(e => KeyValuePair.Create(e.Key[start.Length..], (ReadOnlyMemory<byte>)e.Value))]);
    }

    public ValueTask<IReadOnlyList<QueueStatistics>> ReadQueuesAsync(DateTimeOffset now, int most, CancellationToken cancellationToken = default) =>
        new([.. _state.Deliveries.Values.Where(d => d.State is DeliveryState.Queued or DeliveryState.Claimed).GroupBy(d => d.Recipient).Select(queue => new QueueStatistics(
            queue.Key,
            Math.Min(most, queue.Count()),
            queue.Where(d => d.Attempts > 0 || d.Due <= now).Select(d => (DateTimeOffset?)(d.Attempts == 0 ? d.Due : d.Since ?? _state.Messages[d.Message].Accepted)).Min()))]);

    public ValueTask<StoreStatistics> ReadStatisticsAsync(CancellationToken cancellationToken = default)
    {
        var state = _state;
        return new(new StoreStatistics(
            state.Messages.Count,
            state.Deliveries.Values.GroupBy(d => d.State).ToDictionary(g => g.Key, g => (long)g.Count()),
            state.Deliveries.Values.Where(d => d.State == DeliveryState.Queued).Select(d => (DateTimeOffset?)d.Due).Min()));
    }

    public ValueTask DisposeAsync() => default;

    private static Page<T> PageOf<T>(IEnumerable<T> sorted, Func<T, string> place, string? cursor, int limit)
    {
        if (cursor is not null && (cursor.Length != 29 || !cursor.All(char.IsAsciiDigit))) throw ProblemCode.InvalidRequest.With("Not a cursor.");
        var rows = sorted.Where(row => cursor is null || string.CompareOrdinal(place(row), cursor) > 0).Take(limit + 1).ToList();
        return rows.Count <= limit ? new Page<T>(rows, null) : new Page<T>(rows[..limit], place(rows[limit - 1]));
    }

    /// <summary>Whose turn it is among the recipients due.</summary>
    internal sealed class Turn
    {
        internal string Last { get; set; } = "";
    }
}
