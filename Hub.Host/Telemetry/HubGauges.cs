using System.Diagnostics.Metrics;
using Hub.Contracts.Trail;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Api;

namespace Hub.Host.Telemetry;

/// <summary>What is not counted as it happens but looked at when asked: queues, disk, log, nodes, memory for bodies. Whoever shows or
/// sends metrics asks first (<see cref="RefreshAsync"/>); the store is read at most every five seconds, for all who ask together. Thread-safe.</summary>
/// <remarks>Failure policy: while the store does not answer, what comes from it is left out, <c>hub.store.readable</c> is 0, and the rest
/// is told.</remarks>
internal sealed class HubGauges : IDisposable
{
    /// <summary>Deliveries of one system that are counted, at most: beyond that its depth says no more.</summary>
    private const int MostCounted = 100_000;

    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IHubStore _store;
    private readonly INodeStore _nodes;
    private readonly IDiskProbe _disk;
    private readonly TimeProvider _clock;
    private readonly ILogger<HubGauges> _log;
    private readonly Meter _meter;
    private readonly SharedReading<GaugeReading> _reading;

    public HubGauges(
        IHubStore store, INodeStore nodes, GroupCommitter committer, IRegistry registry, ThisNode self, IDiskProbe disk,
        BodyBudget budget, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget outgoing, TimeProvider clock, ILogger<HubGauges> log)
    {
        (_store, _nodes, _disk, _clock, _log) = (store, nodes, disk, clock, log);
        _reading = new SharedReading<GaugeReading>(ReadAsync, Kept, Patience, clock);
        // Several hubs in one process must not be heard as one.
        _meter = new Meter(new MeterOptions(HubMeter.Name) { Scope = this });
        Observe("hub.store.readable", null, "1 while the store answers.", () => _reading.Last is { Store: null } ? 0 : 1);
        Observe("hub.store.writable", null, "1 while the hub can commit, 0 when it must be started again.", () => committer.WritesRefused is null ? 1 : 0);
        Observe("hub.registry.version", "{version}", "Version of the registry in force.", () => registry.Current.Version);
        Observe("hub.duties.held", "{duty}", "Duties that this node holds.", () => Duties.All.Count(duty => self.TermOf(duty) is not null));
        Observe("hub.body_budget.free", "By", "Memory left for request bodies.", () => budget.Free);
        Observe("hub.answer_budget.free", "By", "Memory left for large answers.", () => outgoing.Free);
        ObserveDisk();
        ObserveStore();
        ObserveQueues();
    }

    /// <summary>Reads the store unless it was read just now.</summary>
    internal Task RefreshAsync(CancellationToken cancellationToken) => _reading.RefreshAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private async Task<GaugeReading> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var counts = await _store.ReadStatisticsAsync(cancellationToken);
            var note = await _store.FindCheckpointAsync(cancellationToken: cancellationToken);
            var now = _clock.GetUtcNow();
            var queues = await _store.ReadQueuesAsync(now, MostCounted, cancellationToken);
            var nodes = await _nodes.ListNodesAsync(cancellationToken);
            var held = (await _nodes.ListDutiesAsync(cancellationToken)).Where(static d => d.Held).Select(static d => d.Name).ToHashSet(StringComparer.Ordinal);
            return new GaugeReading(new StoreReading(
                counts, QueueSeries.Of(queues, now), note is null ? 0 : Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size, nodes, Duties.All.Count(duty => !held.Contains(duty))));
        }
        catch (Exception failure)
        {
            _log.LogWarning("The store did not answer for the metrics: {Reason}", failure.Message);
            return new GaugeReading(null);
        }
    }

    private void ObserveDisk()
    {
        _meter.CreateObservableGauge("hub.disk.free", () => Disk(static space => space.Free), "By", "Free bytes on the disk of the data folder.");
        _meter.CreateObservableGauge("hub.disk.size", () => Disk(static space => space.Total), "By", "Size of the disk of the data folder.");
    }

    private void ObserveStore()
    {
        ObserveStore("hub.store.messages", "{message}", "Messages in the store.", static r => [new(r.Counts.Messages)]);
        ObserveStore("hub.store.deliveries", "{delivery}", "Deliveries in the store, by state.", static r =>
            [.. Enum.GetValues<DeliveryState>().Select(state => new Measurement<double>(r.Counts.Deliveries.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())))]);
        ObserveStore("hub.backlog.deliveries", "{delivery}", "Unfinished deliveries of the whole hub.", static r =>
            [new(r.Counts.Deliveries.GetValueOrDefault(DeliveryState.Queued) + r.Counts.Deliveries.GetValueOrDefault(DeliveryState.Claimed))]);
        ObserveStore("hub.oldest_queued", "s", "How long the oldest queued delivery has been due.", r =>
            [new(r.Counts.OldestQueued is { } oldest ? Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds) : 0)]);
        ObserveStore("hub.log.size", "{entry}", "Entries in the log.", static r => [new(r.LogSize)]);
        ObserveStore("hub.nodes.alive", "{node}", "Nodes whose lease runs.", static r => [new(r.Nodes.Count(static n => n.Alive))]);
        ObserveStore("hub.nodes.known", "{node}", "Nodes that ever joined.", static r => [new(r.Nodes.Count)]);
        ObserveStore("hub.duties.idle", "{duty}", "Duties that no node holds.", static r => [new(r.IdleDuties)]);
    }

    private void ObserveQueues()
    {
        ObserveStore("hub.queue.depth", "{delivery}", "Unfinished deliveries, by recipient; counted up to 100000 of each.", static r =>
            [.. r.Queues.Select(static q => new Measurement<double>(q.Depth, q.Tag))]);
        ObserveStore("hub.queue.age", "s", "How long the oldest unfinished delivery has waited, by recipient.", static r =>
            [.. r.Queues.Select(static q => new Measurement<double>(q.AgeSeconds, q.Tag))]);
    }

    private void Observe(string name, string? unit, string help, Func<long> value) => _meter.CreateObservableGauge(name, value, unit, help);

    private void ObserveStore(string name, string unit, string help, Func<StoreReading, Measurement<double>[]> values) =>
        _meter.CreateObservableGauge(name, () => _reading.Last?.Store is { } store ? values(store) : [], unit, help);

    private IEnumerable<Measurement<long>> Disk(Func<DiskSpace, long> figure)
    {
        try
        {
            return [new(figure(_disk.Measure()))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
