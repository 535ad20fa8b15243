using System.Collections.Concurrent;
using System.Threading.Channels;
using Hub.Contracts.Addresses;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Delivery;

/// <summary>Brings due deliveries to the systems that the hub itself serves (push, app): claims them in batches, makes
/// attempts, records outcomes. One loop decides; attempts run beside it.</summary>
/// <remarks>Failure policy: a claim lasts longer than an attempt may take, so nothing is lost when the hub dies at any moment;
/// at its start it takes its own claims of before back at once. A stuck system never slows another: see
/// <see cref="SystemLane"/>.</remarks>
public sealed class Dispatcher
{
    /// <summary>Most octets of messages in memory for attempts at once.</summary>
    private const long MaxOctets = 128 * 1_024 * 1_024;
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ExpiryInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastCommits = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AgeInterval = TimeSpan.FromMinutes(1);

    private readonly ThisNode _node;
    private readonly ICommitter _committer;
    private readonly DeliverySignals _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger<Dispatcher> _log;
    private readonly DeliveryOutcomes _outcomes;
    private readonly DeliveryAttempts _attempts;
    private readonly DispatchLanes _lanes;
    private readonly LaneClaims _claims;
    private readonly LaneAttempts _inFlight;
    private readonly DutyCommitter _expiry;
    private readonly ExpirySweep _sweep;
    private readonly DutyCommitter _takingOver;
    private readonly Takeover _takeover;
    private readonly StuckSweep _stuck;
    private readonly DirectTaker _taker;
    private long _incarnation = -1;
    private long _unknownEnds;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<SystemAddress, bool> _notified = new();

    /// <summary>Composes the dispatcher.</summary>
    public Dispatcher(
        IRegistry registry, ICommitter committer, IHubStore store, IHubKeys keys, IEnumerable<IDeliveryChannel> channels, Acknowledgements acknowledgements,
        Lazy<IIntake> intake, DeliverySignals signals, SystemBreakers breakers, ThisNode node, TimeProvider clock, ILogger<Dispatcher> log)
        : this(registry, committer, store, keys, channels, acknowledgements, intake, signals, breakers, node, clock, log, new OctetBudget(MaxOctets))
    {
    }

    internal Dispatcher(
        IRegistry registry, ICommitter committer, IHubStore store, IHubKeys keys, IEnumerable<IDeliveryChannel> channels, Acknowledgements acknowledgements,
        Lazy<IIntake> intake, DeliverySignals signals, SystemBreakers breakers, ThisNode node, TimeProvider clock, ILogger<Dispatcher> log, OctetBudget budget)
    {
        _node = node;
        _committer = committer;
        _signals = signals;
        _clock = clock;
        _log = log;
        _taker = new DirectTaker(node, budget, Wake);
        _outcomes = new DeliveryOutcomes(committer, acknowledgements, new DeliveryNotices(keys), intake, signals, clock);
        _attempts = new DeliveryAttempts(registry, store, channels, new DeliveryStatements(keys), _outcomes, budget, clock, log);
        _lanes = new DispatchLanes(registry, _attempts, signals.Direct, _taker, breakers);
        _claims = new LaneClaims(committer, _lanes, new ClaimedCopies(store, budget, clock, log), signals.Direct, node, Wake, clock, log);
        _inFlight = new LaneAttempts(_lanes, _attempts, _outcomes, budget, Wake, clock, log);
        _expiry = new DutyCommitter(committer, node, Duties.Expiry);
        _sweep = new ExpirySweep(
            registry, _expiry, store, new DeliveryOutcomes(_expiry, acknowledgements, new DeliveryNotices(keys), intake, signals, clock), clock);
        _stuck = new StuckSweep(_expiry, store, signals, clock, log);
        _takingOver = new DutyCommitter(committer, node, Duties.Takeover);
        _takeover = new Takeover(_takingOver, node, signals, clock, log);
    }

    /// <summary>Runs until cancelled, then drains: attempts in flight have 25 s to end, the rest goes back into the queue.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var abort = new CancellationTokenSource();
        _signals.Listen(Notified);
        await using var ticker = _clock.CreateTimer(_ => Wake(), null, TickInterval, TickInterval);
        try
        {
            var sweeps = Task.WhenAll(
                SweepAsync(ExpiryInterval, _expiry, _sweep.EndExpiredAsync, stopping),
                SweepAsync(AgeInterval, _expiry, _sweep.EndAgedAsync, stopping),
                SweepAsync(AgeInterval, _expiry, _stuck.RunAsync, stopping),
                SweepAsync(TickInterval, _takingOver, _takeover.RunAsync, stopping));
            while (!stopping.IsCancellationRequested)
            {
                await GuardedAsync("dispatching", token => StepAsync(abort.Token, token), stopping);
                await WaitAsync(stopping);
            }

            await sweeps;
            await DrainAsync(abort);
        }
        finally
        {
            _ = _signals.Direct.EndAsync(_taker);
            _signals.Unlisten(Notified);
        }
    }

    private async ValueTask StepAsync(CancellationToken abort, CancellationToken stopping)
    {
        _inFlight.TakeEnded();
        TakeNotified();
        _lanes.TakeHanded();
        _claims.Take();
        if (_node.Trouble is not null) return;
        if (_node.Incarnation != _incarnation || _committer.UnknownEnds != _unknownEnds) await BeginAgainAsync(stopping);
        _inFlight.Start(abort);
        _claims.Begin(stopping);
        _lanes.Publish(_clock.GetUtcNow());
    }

    /// <summary>The node has started, or joined again after its lease was lost: what was claimed before may be another's by now, and
    /// what is not goes back into the queue. Or the end of a commit is not known: what it may have claimed goes back, and what is held stays.</summary>
    private async ValueTask BeginAgainAsync(CancellationToken stopping)
    {
        var (incarnation, unknownEnds) = (_node.Incarnation, _committer.UnknownEnds);
        await _signals.Direct.EndAsync(_taker).WaitAsync(stopping);
        await _claims.EndAsync();
        _lanes.TakeHanded();
        if (incarnation != _incarnation) _lanes.DropWaiting();
        await Takeover.ReleaseAsync(_committer, _node.Number, [.. _lanes.Waiting.Select(static held => held.Delivery.Id), .. _inFlight.Attempted], _signals, _clock, stopping);
        _signals.Direct.Begin(_taker);
        (_incarnation, _unknownEnds) = (incarnation, unknownEnds);
    }

    private void TakeNotified()
    {
        if (_notified.IsEmpty) return;
        foreach (var (address, _) in _notified)
        {
            if (_notified.TryRemove(address, out _)) _lanes.MayHaveMore(address);
        }
    }

    private async Task DrainAsync(CancellationTokenSource abort)
    {
        await GuardedAsync("waiting for the last commits", async token => await _signals.Direct.EndAsync(_taker).WaitAsync(LastCommits, _clock, token), CancellationToken.None);
        await _claims.EndAsync();
        _lanes.TakeHanded();
        await GuardedAsync("giving claims back", async _ => await _outcomes.GiveBackAsync(_lanes.Waiting), CancellationToken.None);
        await _inFlight.DrainAsync(abort);
    }

    /// <summary>Sweeps at an interval, while this node holds the duty.</summary>
    private async Task SweepAsync(TimeSpan interval, DutyCommitter duty, Func<CancellationToken, Task> sweep, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
                if (duty.TryBegin()) await GuardedAsync("sweeping", async token => await sweep(token), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping ends the sweep.
        }
    }

    private async Task GuardedAsync(string what, Func<CancellationToken, ValueTask> step, CancellationToken stopping)
    {
        try
        {
            await step(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping is no failure.
        }
        catch (DutyLostException lost)
        {
            _log.LogInformation("{Reason}", lost.Message);
        }
        catch (Exception failure)
        {
            _log.LogError(failure, "The dispatcher failed {What}; it goes on at its next turn.", what);
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await _wake.Reader.ReadAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The loop's condition ends it.
        }
    }

    private void Notified(SystemAddress address)
    {
        _notified[address] = true;
        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);
}
