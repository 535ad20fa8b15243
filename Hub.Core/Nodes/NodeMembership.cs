using Hub.Core.Storage;
using Hub.Core.Time;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Nodes;

/// <summary>Keeps this node a member of its hub: joins, beats every second, joins again when its lease was lost, leaves at the end;
/// and says through <see cref="ThisNode"/> what that allows it to do.</summary>
/// <remarks>Failure policy: a beat that fails or takes longer than <see cref="Patience"/> is made again a second later; once the lease
/// is over the node refuses work by itself. After a lease was lost the node works again when it has joined as a new incarnation
/// and caught up with what the others changed. A node that finds another process under its name stands back for one lease, so that
/// the two do not throw each other out without end.</remarks>
public sealed class NodeMembership : IAsyncDisposable
{
    /// <summary>How long a beat carries (5 s).</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>Time between beats (1 s).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a beat may take (2 s).</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly INodeStore _nodes;
    private readonly ThisNode _self;
    private readonly NodePart _part;
    private readonly Lazy<IEnumerable<ICatchUp>> _followers;
    private readonly TimeProvider _clock;
    private readonly ILogger<NodeMembership> _log;
    private readonly CancellationTokenSource _stopping = new();
    private NodeStanding? _standing;
    private Task? _catchingUp;
    private long? _standBackSince;
    private bool _failed;
    private Task _loop = Task.CompletedTask;

    /// <summary>Makes a membership; <see cref="StartAsync"/> joins.</summary>
    /// <param name="nodes">The nodes of the hub.</param>
    /// <param name="self">What it tells.</param>
    /// <param name="part">What the node says of itself, and which duties it would take.</param>
    /// <param name="followers">What has to catch up after a lease was lost.</param>
    /// <param name="clock">The node's clock.</param>
    /// <param name="log">Joins, losses, changes of duties.</param>
    public NodeMembership(
        INodeStore nodes, ThisNode self, NodePart part, Lazy<IEnumerable<ICatchUp>> followers, TimeProvider clock, ILogger<NodeMembership> log) =>
        (_nodes, _self, _part, _followers, _clock, _log) = (nodes, self, part, followers, clock, log);

    /// <summary>Joins and begins to beat; call it before anything is committed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await JoinAsync(cancellationToken);
        _loop = LoopAsync();
    }

    /// <summary>Stops beating and leaves; call it after the last commit.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _loop;
        if (_catchingUp is { } catchingUp) await catchingUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_standing is { } standing)
        {
            _standing = null;
            _self.Became(standing with { BeatAt = null });
            await LeaveAsync();
        }

        _stopping.Dispose();
    }

    /// <summary>One beat, or one try to join again.</summary>
    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            if (_standing is not { BeatAt: not null }) await JoinAsync(either.Token);
            else if (!await BeatAsync(either.Token)) Lost();
            if (_failed) _log.LogInformation("The store of the nodes answers again");
            _failed = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            if (!_failed) _log.LogWarning(failure, "This node could not renew its lease; it tries again every {Seconds} s, and refuses work when {Lease} s are over", Interval.TotalSeconds, Lease.TotalSeconds);
            _failed = true;
        }
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await TickAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopping ends the beats.
        }
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (_standBackSince is { } since && _clock.GetElapsedTime(since) < Lease) return;
        _standBackSince = null;
        var record = await _nodes.JoinAsync(_part.Card, Lease, cancellationToken);
        _log.LogInformation("Node {Name} joined as number {Number}, incarnation {Incarnation}", record.Card.Name, record.Number, record.Incarnation);
        _standing = new NodeStanding
        {
            Number = record.Number, Incarnation = record.Incarnation, BeatAt = null, Lease = _nodes.IsShared ? Lease : TimeSpan.MaxValue,
            // A node that starts reads everything anyway.
            IsCaughtUp = _standing is null,
        };
        if (!await BeatAsync(cancellationToken)) Lost();
    }

    /// <returns>Whether the lease was renewed.</returns>
    private async ValueTask<bool> BeatAsync(CancellationToken cancellationToken)
    {
        var before = _standing!;
        var sent = _clock.GetTimestamp();
        if (await _nodes.BeatAsync(_part.Duties, Lease, cancellationToken) is not { } beat) return false;
        (_clock as HubClock)?.Confirm(beat.Time);
        var standing = before with
        {
            BeatAt = sent, Duties = beat.Duties, Dead = beat.Dead,
            ClockOff = NodeStanding.Difference(beat.Time, _clock.GetUtcNow(), _clock.GetElapsedTime(sent)),
        };
        Say(before, standing);
        CatchUp(ref standing);
        _standing = standing;
        _self.Became(standing);
        return true;
    }

    /// <summary>The store let another incarnation join, or this lease end.</summary>
    private void Lost()
    {
        var standing = _standing!;
        var superseded = standing.HoldsLease(_clock);
        _standing = standing with { BeatAt = null, Duties = new Dictionary<string, long>(), Dead = [] };
        _self.Became(_standing);
        _catchingUp = null;
        if (superseded)
        {
            _standBackSince = _clock.GetTimestamp();
            _log.LogError("Another process joined as node '{Name}'. Give every node a name of its own, or stop one; this one stands back for {Seconds} s", _part.Card.Name, Lease.TotalSeconds);
        }
        else
        {
            _log.LogWarning("This node has lost its lease: it was held up for more than {Seconds} s, or the store was out of reach. It joins again", Lease.TotalSeconds);
        }
    }

    private void CatchUp(ref NodeStanding standing)
    {
        if (standing.IsCaughtUp) return;
        if (_catchingUp is { IsCompletedSuccessfully: true })
        {
            standing = standing with { IsCaughtUp = true };
            _catchingUp = null;
            return;
        }

        if (_catchingUp is { IsFaulted: true } failed) _log.LogWarning(failed.Exception!.InnerException, "This node could not catch up with the others; it tries again");
        // Beside the beats, which must not wait for it.
        if (_catchingUp is null or { IsCompleted: true }) _catchingUp = CatchUpAsync();
        if (_catchingUp is { IsCompletedSuccessfully: true }) CatchUp(ref standing);
    }

    private async Task CatchUpAsync()
    {
        foreach (var follower in _followers.Value) await follower.CatchUpAsync(_stopping.Token);
    }

    private void Say(NodeStanding before, NodeStanding now)
    {
        foreach (var (duty, term) in now.Duties)
            if (before.Duties.GetValueOrDefault(duty) != term && _nodes.IsShared) _log.LogInformation("This node holds the duty {Duty} in term {Term}", duty, term);
        var (was, isNow) = (before.ClockOff.Duration() > NodeStanding.MaxClockOff, now.ClockOff.Duration() > NodeStanding.MaxClockOff);
        if (isNow && !was) _log.LogError("The clock of this node is {Seconds:+0.0;-0.0} s off the store's: it takes up no work until its clock is right", now.ClockOff.TotalSeconds);
        if (was && !isNow) _log.LogInformation("The clock of this node agrees with the store's again");
    }

    private async Task LeaveAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, _clock);
            await _nodes.LeaveAsync(patience.Token);
        }
        catch (Exception failure)
        {
            _log.LogWarning(failure, "This node could not say that it leaves; the others take over when its lease ends");
        }
    }
}
