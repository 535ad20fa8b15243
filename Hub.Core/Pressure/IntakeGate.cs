using System.Diagnostics.Metrics;
using Hub.Contracts.Addresses;

namespace Hub.Core.Pressure;

/// <summary>The gate of the way in: takes no more messages than can get their receipt soon, and refuses the others at once, so that
/// nobody waits in vain. How many that are follows from how long they take (<see cref="AdmissionRule"/>). Each node has its own.
/// Thread-safe; nobody waits in it.</summary>
/// <param name="clock">The hub's clock.</param>
public sealed class IntakeGate(TimeProvider clock)
{
    private const int FewestInWindow = 16;
    private static readonly TimeSpan ShortWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongWindow = TimeSpan.FromSeconds(1);

    private static readonly Meter Meter = new("Hub.Core");
    private static readonly Counter<long> Sheds = Meter.CreateCounter<long>("hub.intake.shed", "{message}", "Messages and uploads refused under pressure, by reason.");

    private readonly Lock _gate = new();
    private readonly Places _taken = new();
    private readonly Places _ending = new();
    private int _limit = 256;
    private long _opened = clock.GetTimestamp();
    private int _accepted;
    private TimeSpan _sum;
    private bool _wasFull;

    /// <summary>How the number of places is found.</summary>
    public AdmissionRule Rule { get; init; } = new();

    /// <summary>Places now.</summary>
    public int Limit
    {
        get { lock (_gate) return _limit; }
    }

    /// <summary>Places taken now.</summary>
    public int UnderWay
    {
        get { lock (_gate) return _taken.All + _ending.All; }
    }

    /// <summary>Counts one that was refused under pressure.</summary>
    /// <param name="reason">Which pressure: <c>overload</c>, <c>quota</c>, <c>backlog</c>, <c>recipient</c>, <c>disk</c>.</param>
    public static void Shed(string reason) => Sheds.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Whether a caller would get no place now: what it sends need not be read.</summary>
    public bool IsClosedTo(SystemAddress caller)
    {
        lock (_gate) return !Admits(caller);
    }

    /// <summary>Takes a place, if the caller gets one; <see cref="Leave"/> gives it back.</summary>
    public bool TryEnter(SystemAddress caller)
    {
        lock (_gate)
        {
            if (!Admits(caller)) return false;
            _taken.Enter(caller);
            return true;
        }
    }

    /// <summary>Takes one of the places kept for what ends work, half as many as the others and shared out by the same rule: nobody who
    /// asks for one of the others is measured by them. <see cref="Leave"/> gives it back.</summary>
    /// <param name="caller">The sender.</param>
    public bool TryEnterEnding(SystemAddress caller)
    {
        lock (_gate)
        {
            if (!_ending.Admits(_limit / 2, caller)) return false;
            _ending.Enter(caller);
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="caller">Whose it was.</param>
    /// <param name="took">How long it took to the receipt; null when there was none: refusals are quick and say nothing.</param>
    /// <param name="ending">Whether it was one of <see cref="TryEnterEnding"/>.</param>
    public void Leave(SystemAddress caller, TimeSpan? took, bool ending = false)
    {
        lock (_gate)
        {
            (ending ? _ending : _taken).Leave(caller);
            if (took is not { } time) return;
            _accepted++;
            _sum += time;
            Adapt();
        }
    }

    private bool Admits(SystemAddress caller)
    {
        if (_taken.All >= _limit) _wasFull = true;
        return _taken.Admits(_limit, caller);
    }

    private void Adapt()
    {
        var open = clock.GetElapsedTime(_opened);
        if (open < ShortWindow || (_accepted < FewestInWindow && open < LongWindow)) return;
        _limit = Rule.Next(_limit, new AdmissionWindow(_accepted, _sum / _accepted, _wasFull));
        (_opened, _accepted, _sum, _wasFull) = (clock.GetTimestamp(), 0, TimeSpan.Zero, false);
    }

    /// <summary>Places taken, by caller; guarded by the gate.</summary>
    private sealed class Places
    {
        private readonly Dictionary<SystemAddress, int> _callers = [];

        internal int All { get; private set; }

        internal bool Admits(int limit, SystemAddress caller)
        {
            var own = _callers.GetValueOrDefault(caller);
            return AdmissionRule.Admits(limit, All, own, own == 0 ? _callers.Count + 1 : _callers.Count);
        }

        internal void Enter(SystemAddress caller)
        {
            _callers[caller] = _callers.GetValueOrDefault(caller) + 1;
            All++;
        }

        internal void Leave(SystemAddress caller)
        {
            All--;
            var own = _callers[caller] - 1;
            if (own == 0) _callers.Remove(caller);
            else _callers[caller] = own;
        }
    }
}
