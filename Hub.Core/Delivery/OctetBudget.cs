namespace Hub.Core.Delivery;

/// <summary>How many octets of messages may be in memory for attempts at once. First come, first served; one attempt always
/// may run, however large. Thread-safe.</summary>
/// <param name="most">The budget in bytes.</param>
internal sealed class OctetBudget(long most)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private long _used;

    /// <summary>Whether somebody waits for room.</summary>
    internal bool IsShort
    {
        get { lock (_gate) return _waiting.Count > 0; }
    }

    /// <summary>Takes room at once out of the first half of the budget, when nobody waits; null when there is none.</summary>
    internal Room? TryTake(long octets)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || _used + octets > most / 2) return null;
            _used += octets;
            return new Room(this, octets);
        }
    }

    /// <summary>Takes room for a message; dispose it when the octets are let go.</summary>
    /// <returns>Null when there was none within the patience.</returns>
    internal async ValueTask<Room?> TakeAsync(long octets, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        Waiter waiter = new(octets);
        lock (_gate)
        {
            _waiting.AddLast(waiter);
            Admit();
        }

        try
        {
            await waiter.Admitted.Task.WaitAsync(patience, clock, cancellationToken);
        }
        catch (Exception ended) when (ended is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // Admitted at the last moment: then it is taken after all.
                if (_waiting.Remove(waiter))
                {
                    Admit();
                    return null;
                }
            }
        }

        return new Room(this, octets);
    }

    private void Give(long octets)
    {
        lock (_gate)
        {
            _used -= octets;
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First is { Value: var next } && (_used == 0 || _used + next.Octets <= most))
        {
            _waiting.RemoveFirst();
            _used += next.Octets;
            next.Admitted.SetResult();
        }
    }

    private sealed class Waiter(long octets)
    {
        internal long Octets => octets;

        internal TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Room that was taken; given back when disposed.</summary>
    internal sealed class Room(OctetBudget budget, long octets) : IDisposable
    {
        private OctetBudget? _budget = budget;
        private long _octets = octets;

        /// <summary>A part of this room as one of its own. Whoever took the room calls it, before giving the rest back.</summary>
        internal Room Part(long part)
        {
            _octets -= part;
            return new Room(_budget!, part);
        }

        public void Dispose() => Interlocked.Exchange(ref _budget, null)?.Give(_octets);
    }
}
