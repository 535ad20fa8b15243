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
    private readonly Dictionary<SystemAddress, int> _callers = [];
    private int _limit = 256;
    private int _underWay;
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
        get { lock (_gate) return _underWay; }
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
    /// <param name="caller">The sender.</param>
    /// <param name="always">Whether it is taken though there is none: for what ends work.</param>
    public bool TryEnter(SystemAddress caller, bool always = false)
    {
        lock (_gate)
        {
            if (!always && !Admits(caller)) return false;
            _callers[caller] = _callers.GetValueOrDefault(caller) + 1;
            _underWay++;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    /// <param name="caller">Whose it was.</param>
    /// <param name="took">How long it took to the receipt; null when there was none: refusals are quick and say nothing.</param>
    public void Leave(SystemAddress caller, TimeSpan? took)
    {
        lock (_gate)
        {
            _underWay--;
            var own = _callers[caller] - 1;
            if (own == 0) _callers.Remove(caller);
            else _callers[caller] = own;
            if (took is not { } time) return;
            _accepted++;
            _sum += time;
            Adapt();
        }
    }

    private bool Admits(SystemAddress caller)
    {
        var own = _callers.GetValueOrDefault(caller);
        if (_underWay >= _limit) _wasFull = true;
        return AdmissionRule.Admits(_limit, _underWay, own, own == 0 ? _callers.Count + 1 : _callers.Count);
    }

    private void Adapt()
    {
        var open = clock.GetElapsedTime(_opened);
        if (open < ShortWindow || (_accepted < FewestInWindow && open < LongWindow)) return;
        _limit = Rule.Next(_limit, new AdmissionWindow(_accepted, _sum / _accepted, _wasFull));
        (_opened, _accepted, _sum, _wasFull) = (clock.GetTimestamp(), 0, TimeSpan.Zero, false);
    }
}
