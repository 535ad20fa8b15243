using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

internal sealed class InMemoryTransaction(
    InMemoryState begun, InMemoryStore.Turn turn, SemaphoreSlim? seat, Action<InMemoryState, InMemoryState, StoreWake> commit, Action end, Func<InMemoryState> now) : IStoreTransaction
{
    private InMemoryState _begun = begun;
    private readonly List<MessageKey> _told = [];
    private InMemoryState _state = begun;
    private bool _holds = seat is null;
    private bool _readVersion;

    public void Tell(MessageKey message) => _told.Add(message);

    public ValueTask<MessageRecord?> FindMessageAsync(MessageKey key) => new(_state.Messages.GetValueOrDefault(key));

    public ValueTask<IReadOnlyList<long>> InsertMessageAsync(MessageRecord message, ReadOnlyMemory<byte> octets, IReadOnlyList<DeliveryRecord> deliveries)
    {
        var next = _state.Deliveries.LastOrDefault().Key + 1;
        var numbered = deliveries.Select((d, i) => d with { Id = next + i }).ToList();
        _state = _state with
        {
            Messages = _state.Messages.Add(message.Key, message),
            Order = _state.Order.Add(message.Key),
            Octets = _state.Octets.Add(message.Key, octets.ToArray()),
            Deliveries = _state.Deliveries.AddRange(numbered.Select(d => KeyValuePair.Create(d.Id, d))),
        };
        return new([.. numbered.Select(d => d.Id)]);
    }

    public async ValueTask<LogPlace> TakeSeatAsync(LogPlace expected)
    {
        if (seat is null) return expected;
        await seat.WaitAsync();
        _holds = true;
        var (before, current) = (_begun, now());
        if (_readVersion && current.Versions.Count != before.Versions.Count) throw new StoreConflictException("Another node has changed the registry.");
        (_begun, _state) = (current, _state.Onto(before, current));
        if (_state.Entries.Count == expected.Size) return PlaceOf(_state);
        var moved = _state.Entries.Count - expected.Size;
        _state = _state with
        {
            Messages = _state.Messages.SetItems(_state.Order.Skip(_begun.Order.Count).Select(key => KeyValuePair.Create(key, _state.Messages[key] with { Entry = _state.Messages[key].Entry + moved }))),
            Versions = [.. _state.Versions.Select((v, i) => i < _begun.Versions.Count ? v : v with { Entry = v.Entry + moved })],
        };
        return PlaceOf(_state);
    }

    private static LogPlace PlaceOf(InMemoryState state) =>
        state.Entries.Count == 0 ? new LogPlace(0, null, DateTimeOffset.MinValue) : new LogPlace(state.Entries.Count, state.Checkpoints[state.Entries.Count], state.Entries[^1].ParseHeader().Time);

    public ValueTask<long?> ReadRegistryVersionAsync()
    {
        _readVersion = true;
        return new(seat is null ? (long?)null : _state.Versions.LastOrDefault()?.Version ?? _state.Registry?.Version ?? 0);
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ClaimAsync(
        SystemAddress recipient, DateTimeOffset now, DateTimeOffset until, int limit, bool protocolOnly = false, int? node = null, int turn = 0)
    {
        var claimable = _state.Claimable(now).Where(d => d.Recipient == recipient && (!protocolOnly || _state.IsProtocol(d)))
            .OrderByDescending(Priority).ThenBy(d => d.Id).ToList();
        var shares = claimable.GroupBy(Priority).SelectMany(one => one.Take(PriorityTurns.ShareOf(one.Key, turn, limit))).ToList();
        var claimed = shares.Concat(claimable.Except(shares)).Take(limit).OrderByDescending(Priority).ThenBy(d => d.Id)
            .Select(d => d with { State = DeliveryState.Claimed, Claim = Guid.NewGuid().ToString("N"), ClaimedUntil = until, Node = node, Attempts = d.Attempts + 1, Changed = now })
            .ToList();
        Put(claimed);
        return new(claimed);

        int Priority(DeliveryRecord delivery) => _state.Messages[delivery.Message].Priority;
    }

    public ValueTask<IReadOnlyList<SystemAddress>> ListRecipientsDueAsync(DateTimeOffset now, int limit)
    {
        var due = _state.Claimable(now).Select(d => d.Recipient).Distinct().OrderBy(r => r.ToString(), StringComparer.Ordinal).ToList();
        var next = due.FindIndex(r => string.CompareOrdinal(r.ToString(), turn.Last) > 0);
        var taken = due.Skip(next).Concat(due.Take(Math.Max(next, 0))).Take(limit).ToList();
        if (taken.Count > 0) turn.Last = taken[^1].ToString();
        return new(taken);
    }

    public ValueTask<DateTimeOffset?> FindNextDueAsync(SystemAddress recipient, DateTimeOffset now) =>
        new(_state.Deliveries.Values.Where(d => d.Recipient == recipient && d.State == DeliveryState.Queued && d.Due > now).Min(static d => (DateTimeOffset?)d.Due));

    public ValueTask<IReadOnlyList<SystemAddress>> ReleaseClaimsAsync(int node, DateTimeOffset now, int limit, IReadOnlyCollection<long>? except = null)
    {
        var released = _state.Deliveries.Values.Where(d => d.Node == node && except?.Contains(d.Id) != true).Take(limit)
            .Select(d => d with
            {
                State = DeliveryState.Queued, Claim = null, ClaimedUntil = null, Due = now, Changed = now,
                Attempts = d.Interruptions < ClaimPolicy.Interruptions && d.Attempts > 0 ? d.Attempts - 1 : d.Attempts, Interruptions = d.Interruptions + 1,
            }).ToList();
        Put(released);
        return new([.. released.Select(static d => d.Recipient)]);
    }

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(long id) => new(_state.Deliveries.GetValueOrDefault(id));

    public ValueTask<DeliveryRecord?> FindClaimAsync(string claim) => new(_state.Deliveries.Values.SingleOrDefault(d => d.Claim == claim));

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(MessageKey message, SystemAddress recipient) =>
        new(_state.Deliveries.Values.SingleOrDefault(d => d.Message == message && d.Recipient == recipient));

    public ValueTask<long> InsertDeliveryAsync(MessageRecord message, DeliveryRecord delivery)
    {
        if (_state.Deliveries.Values.Any(d => d.Message == message.Key && d.Recipient == delivery.Recipient)) throw new InvalidOperationException("The recipient has a delivery of this message.");
        var id = _state.Deliveries.LastOrDefault().Key + 1;
        Put([delivery with { Id = id, Message = _state.Messages[message.Key].Key }]);
        return new(id);
    }

    public ValueTask UpdateDeliveryAsync(DeliveryRecord delivery)
    {
        if (!_state.Deliveries.ContainsKey(delivery.Id)) throw new InvalidOperationException($"There is no delivery {delivery.Id}.");
        Put([delivery]);
        return default;
    }

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListExpiredAsync(DateTimeOffset now, int limit) =>
        new([.. _state.Deliveries.Values.Where(d => _state.IsExpired(d, now)).Take(limit)]);

    public ValueTask WriteWaitAsync(MessageKey request, DateTimeOffset? until)
    {
        _state = _state with { Messages = _state.Messages.SetItem(request, _state.Messages[request] with { WaitedUntil = until }) };
        return default;
    }

    public ValueTask EraseAsync(MessageKey key, DateTimeOffset at)
    {
        var message = _state.Messages[key];
        _state = _state with
        {
            ErasedUploads = _state.ErasedUploads.Union(message.Uploads.Select(sha256 => new UploadName(message.From, sha256))),
            Messages = _state.Messages.SetItem(key, message with { Erased = at, Subject = null }),
            Octets = _state.Octets.Remove(key),
            Entries = [.. _state.Entries.Select(e => e.ParseHeader().Key == key.Value ? e with { Salt = null, Body = null } : e)],
        };
        Put([.. _state.Deliveries.Values.Where(d => d.Message == key).Select(d => d with { Reason = null, LastDetail = null })]);
        return default;
    }

    public ValueTask<bool> IsUploadNamedAsync(UploadName upload) => new(_state.IsNamed(upload));

    public ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit) =>
        new([.. _state.ErasedUploads.Where(u => !_state.IsNamed(u)).Take(limit)]);

    public ValueTask ForgetErasedUploadAsync(UploadName upload)
    {
        _state = _state with { ErasedUploads = _state.ErasedUploads.Remove(upload) };
        return default;
    }

    public ValueTask AppendEntriesAsync(IReadOnlyList<EntryRecord> entries)
    {
        if (entries.Where((e, i) => e.Index != _state.Entries.Count + i).Any()) throw new InvalidOperationException("Indexes are consecutive from the log's size on.");
        _state = _state with { Entries = _state.Entries.AddRange(entries) };
        return default;
    }

    public ValueTask WriteTileAsync(int level, long index, ReadOnlyMemory<byte> hashes)
    {
        _state = _state with { Tiles = _state.Tiles.SetItem((level, index), hashes.ToArray()) };
        return default;
    }

    public ValueTask WriteCheckpointAsync(long size, string note)
    {
        _state = _state with { Checkpoints = _state.Checkpoints.Add(size, note) };
        return default;
    }

    public ValueTask WriteRegistryAsync(RegistryVersion version)
    {
        var document = _state.Registry?.Version ?? 0;
        var follows = _state.Versions.Count > 0
            ? version.Version == _state.Versions[^1].Version + 1
            : version.Version >= 1 && (version.Version == document || version.Version == document + 1);
        if (!follows) throw new InvalidOperationException("Versions grow by one.");
        _state = _state with { Versions = _state.Versions.Add(version) };
        return default;
    }

    public ValueTask<ProposalRecord?> FindProposalAsync(string id) => new(_state.Proposals.GetValueOrDefault(id));

    public ValueTask WriteProposalAsync(ProposalRecord proposal)
    {
        _state = _state with { Proposals = _state.Proposals.SetItem(proposal.Id, proposal) };
        return default;
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key) =>
        new(_state.AppState.TryGetValue(InMemoryState.AppKey(app, key), out var value) ? value : (ReadOnlyMemory<byte>?)null);

    public ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value)
    {
        var name = InMemoryState.AppKey(app, key);
        _state = _state with { AppState = value is { } octets ? _state.AppState.SetItem(name, octets.ToArray()) : _state.AppState.Remove(name) };
        return default;
    }

    public ValueTask CommitAsync()
    {
        commit(_begun, _state, new StoreWake([], _told, _state.Versions.Count > _begun.Versions.Count ? _state.Versions[^1].Version : null));
        return default;
    }

    public ValueTask DisposeAsync()
    {
        if (_holds) end();
        _holds = false;
        return default;
    }

    private void Put(IEnumerable<DeliveryRecord> changed) =>
        _state = _state with { Deliveries = _state.Deliveries.SetItems(changed.Select(d => KeyValuePair.Create(d.Id, d.State == DeliveryState.Claimed ? d : d with { Node = null }))) };
}
