using Hub.Contracts.Addresses;

namespace Hub.Core.Delivery;

/// <summary>Wakes systems when their next attempts come due, so that a retry need not wait for the next poll. One timer,
/// set to the earliest. Thread-safe.</summary>
/// <remarks>Failure policy: it is a hint in memory. What is further off than <see cref="Horizon"/>, beyond
/// <see cref="Most"/>, or from before a restart is found by polling.</remarks>
internal sealed class RetryWakes(Action<SystemAddress> wake, TimeProvider clock)
{
    /// <summary>What is due later is left to polling.</summary>
    internal static readonly TimeSpan Horizon = TimeSpan.FromSeconds(60);

    /// <summary>Most wakes that are held at once.</summary>
    internal const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<SystemAddress, DateTimeOffset> _wakes = new();
    private ITimer? _timer;

    /// <summary>Wakes a system at an instant; at once when it has come.</summary>
    internal void Schedule(SystemAddress system, DateTimeOffset due)
    {
        var left = due - clock.GetUtcNow();
        if (left <= TimeSpan.Zero) wake(system);
        if (left <= TimeSpan.Zero || left > Horizon) return;
        lock (_gate)
        {
            if (_wakes.Count >= Most) return;
            _wakes.Enqueue(system, due);
            _timer ??= clock.CreateTimer(_ => WakeDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        WakeDue();
    }

    private void WakeDue()
    {
        HashSet<SystemAddress> due = [];
        lock (_gate)
        {
            // Once more after the timer is set, since the clock may have passed the instant meanwhile.
            do
            {
                SetTimer();
            }
            while (TakeDue(due));
        }

        foreach (var system in due) wake(system);
    }

    private bool TakeDue(HashSet<SystemAddress> due)
    {
        var (now, found) = (clock.GetUtcNow(), false);
        while (_wakes.TryPeek(out var system, out var at) && at <= now)
        {
            _wakes.Dequeue();
            due.Add(system);
            found = true;
        }

        return found;
    }

    // Timers count whole milliseconds: rounded up, so that none fires before its instant.
    private void SetTimer()
    {
        if (_wakes.TryPeek(out _, out var next))
            _timer!.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((next - clock.GetUtcNow()).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
