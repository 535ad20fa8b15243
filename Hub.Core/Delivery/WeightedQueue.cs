namespace Hub.Core.Delivery;

/// <summary>Claimed deliveries of one system that wait to be started: by <see cref="PriorityTurns"/>, and within a priority in the order of
/// acceptance. Not thread-safe: the dispatcher's loop alone uses it.</summary>
internal sealed class WeightedQueue
{
    private readonly PriorityQueue<HeldDelivery, long>[] _waiting = new PriorityQueue<HeldDelivery, long>[PriorityTurns.Priorities];
    private int _turn;

    internal WeightedQueue()
    {
        for (var i = 0; i < _waiting.Length; i++) _waiting[i] = new PriorityQueue<HeldDelivery, long>();
    }

    internal int Count { get; private set; }

    /// <summary>All, in no order.</summary>
    internal IEnumerable<HeldDelivery> Items => _waiting.SelectMany(static w => w.UnorderedItems).Select(static w => w.Element);

    internal void Add(HeldDelivery held)
    {
        _waiting[Math.Clamp(held.Priority, 0, PriorityTurns.Priorities - 1)].Enqueue(held, held.Delivery.Id);
        Count++;
    }

    /// <summary>Takes the next one; there is one.</summary>
    internal HeldDelivery Take()
    {
        var priority = PriorityTurns.PriorityOf(_turn);
        _turn = PriorityTurns.After(_turn, 1);
        if (_waiting[priority].Count > 0) return Take(priority);
        priority = PriorityTurns.Priorities - 1;
        while (_waiting[priority].Count == 0) priority--;
        return Take(priority);
    }

    /// <summary>Takes from the front of each priority what is unfit, and with <paramref name="leaveOne"/> all but one.</summary>
    internal void TakeUnfit(Func<HeldDelivery, bool> isUnfit, bool leaveOne, List<HeldDelivery> into)
    {
        for (var priority = 0; priority < _waiting.Length; priority++)
        {
            while (_waiting[priority].TryPeek(out var held, out _) && ((leaveOne && Count > 1) || isUnfit(held))) into.Add(Take(priority));
        }
    }

    internal void Clear()
    {
        foreach (var waiting in _waiting) waiting.Clear();
        Count = 0;
    }

    private HeldDelivery Take(int priority)
    {
        Count--;
        return _waiting[priority].Dequeue();
    }
}
