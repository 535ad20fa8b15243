using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Does to traffic what reorganisations ask for once their instant has come: redirects or ends the deliveries that nobody
/// has taken, and says in the log that each took effect. Safe to run again at any time: what is done is not done twice, and
/// what a stop cut short is found by the next run.</summary>
/// <remarks>It runs at the start, after every change of the registry, within a second of every instant at which an agency closes
/// or is split, soon after something was queued for a closed system, and every <see cref="FullInterval"/> for what came free by
/// itself (a claim that ended).</remarks>
public sealed class ReorganisationSweep
{
    private const int PageSize = 100;
    private const int MaxStaying = 1_000_000;
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FullInterval = TimeSpan.FromSeconds(10);

    private readonly IRegistry _registry;
    private readonly DutyCommitter _committer;
    private readonly IHubStore _store;
    private readonly IHubKeys _keys;
    private readonly DeliverySignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<ReorganisationSweep> _log;
    private readonly Redirections _redirections;
    private readonly ConcurrentDictionary<SystemAddress, bool> _notified = new();
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private readonly HashSet<long> _staying = [];
    private (long Version, int Era) _seen = (-1, 0);
    private DateTimeOffset _nextFull = DateTimeOffset.MinValue;

    /// <summary>Composes the sweep.</summary>
    public ReorganisationSweep(
        IRegistry registry, ICommitter committer, IHubStore store, IHubKeys keys, Acknowledgements acknowledgements, Lazy<IIntake> intake,
        DeliverySignals signals, ThisNode node, TimeProvider clock, ILogger<ReorganisationSweep> log)
    {
        (_registry, _store, _keys, _signals, _clock, _log) = (registry, store, keys, signals, clock, log);
        _committer = new DutyCommitter(committer, node, Duties.Reorganisation);
        var outcomes = new DeliveryOutcomes(_committer, acknowledgements, new DeliveryNotices(keys), intake, signals, clock);
        _redirections = new Redirections(_committer, store, outcomes, signals, clock);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _signals.Listen(Notified);
        using var timer = new PeriodicTimer(TickInterval, _clock);
        try
        {
            do await TickAsync(stopping);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping ends the sweep.
        }
        finally
        {
            _signals.Unlisten(Notified);
        }
    }

    /// <summary>Sweeps what is due; all of it when a reorganisation took effect, the registry changed, or it is time.</summary>
    internal async Task TickAsync(CancellationToken stopping)
    {
        var before = _committer.Term;
        if (!_committer.TryBegin()) return;
        // Another node has swept since.
        if (_committer.Term != before) _seen = (-1, 0);
        var (registry, now) = (_registry.Current, _clock.GetUtcNow());
        try
        {
            // An era ends with every instant at which an agency changes.
            var seen = (registry.Version, registry.Times.EraOf(now));
            if (seen != _seen || _staying.Count > MaxStaying) _staying.Clear();
            if (seen != _seen || now >= _nextFull)
            {
                (_seen, _nextFull) = (seen, DateTimeOffset.MinValue);
                _notified.Clear();
                await AnnounceAsync(registry, now, stopping);
                var affected = (await _store.ListUnfinishedRecipientsAsync(stopping)).Where(system => ReorganisationPolicy.IsAffected(registry, system, now));
                if (await SweepAsync(registry, affected, stopping)) _nextFull = now + FullInterval;
            }
            else if (!_notified.IsEmpty)
            {
                var woken = _notified.Keys.Where(address => _notified.TryRemove(address, out _)).ToList();
                if (!await SweepAsync(registry, woken, stopping)) _nextFull = DateTimeOffset.MinValue;
            }
        }
        catch (DutyLostException lost)
        {
            _log.LogInformation("{Reason}", lost.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _nextFull = DateTimeOffset.MinValue;
            _log.LogError(failure, "Deliveries to closed agencies could not be swept; it is tried again in {Seconds} s.", TickInterval.TotalSeconds);
        }
    }

    /// <returns>Whether every delivery could be decided about.</returns>
    private async Task<bool> SweepAsync(RegistrySnapshot registry, IEnumerable<SystemAddress> systems, CancellationToken stopping)
    {
        var (moved, failed) = (0, 0);
        foreach (var system in systems)
        {
            for (long after = 0, more = 1; more > 0;)
            {
                stopping.ThrowIfCancellationRequested();
                var page = await _store.ListUntakenAsync(system, _clock.GetUtcNow(), after, PageSize, stopping);
                // What an open agency keeps may be much, and waits for its system, not for this sweep: each is read once.
                var open = page.Where(delivery => !_staying.Contains(delivery.Id)).ToList();
                var done = await Task.WhenAll(open.Select(delivery => TryAsync(registry, delivery, stopping)));
                moved += done.Count(static one => one == RedirectionResult.Done);
                failed += done.Count(static one => one == RedirectionResult.Failed);
                _staying.UnionWith(open.Zip(done).Where(static one => one.Second == RedirectionResult.Stays).Select(static one => one.First.Id));
                more = page.Count == PageSize ? 1 : 0;
                after = page is [.., var last] ? last.Id : after;
            }
        }

        if (moved > 0) _log.LogInformation("{Count} deliveries to closed agencies went on to successors or ended.", moved);
        return failed == 0;
    }

    /// <summary>One that fails does not keep the others from going on.</summary>
    private async Task<RedirectionResult> TryAsync(RegistrySnapshot registry, DeliveryRecord delivery, CancellationToken stopping)
    {
        try
        {
            return await _redirections.ApplyAsync(registry, delivery, stopping);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !IsUnavailable(failure))
        {
            _log.LogError(failure, "Delivery {Delivery} to a closed agency could not be redirected; it is tried again.", delivery.Id);
            return RedirectionResult.Failed;
        }
    }

    /// <summary>Says once for each reorganisation that it took effect; the hub's own app state remembers which were said.</summary>
    private async Task AnnounceAsync(RegistrySnapshot registry, DateTimeOffset now, CancellationToken stopping)
    {
        foreach (var some in registry.Reorganisations.Where(r => r.On <= now && !_announced.Contains(r.Id)).OrderBy(r => r.On).Chunk(PageSize))
        {
            await _committer.RunAsync(
                async scope =>
                {
                    foreach (var one in some) await AnnounceAsync(scope, registry, one);
                    return true;
                },
                stopping);
            _announced.UnionWith(some.Select(r => r.Id));
        }
    }

    private async ValueTask AnnounceAsync(CommitScope scope, RegistrySnapshot registry, Reorganisation reorganisation)
    {
        var key = $"reorganised/{reorganisation.Id}";
        if (await scope.Transaction.ReadAppStateAsync(_keys.Address, key) is not null) return;
        scope.Append(new TrailEntry(EntryKinds.RegistryReorganised, Key: null, DeliveryTrail.Hub, new JsonObject
        {
            ["reorganisation"] = reorganisation.Id,
            ["on"] = Rfc3339.Format(reorganisation.On),
            ["basis"] = reorganisation.Basis,
            ["acts"] = reorganisation.Acts.Count,
            ["registry"] = registry.Version,
        }));
        await scope.Transaction.WriteAppStateAsync(_keys.Address, key, Encoding.ASCII.GetBytes(Rfc3339.Format(reorganisation.On)));
    }

    private static bool IsUnavailable(Exception failure) => failure is ProblemException refused && refused.Code == ProblemCode.Unavailable;

    private void Notified(SystemAddress address)
    {
        if (ReorganisationPolicy.IsAffected(_registry.Current, address, _clock.GetUtcNow())) _notified[address] = true;
    }
}
