namespace Hub.Core.Delivery;

/// <summary>Whose turn it is: whoever was served goes to the end. Not thread-safe: the dispatcher's loop alone uses it.</summary>
internal sealed class LaneTurns
{
    private readonly LinkedList<SystemLane> _order = [];
    private readonly Dictionary<SystemLane, LinkedListNode<SystemLane>> _places = [];

    internal void Add(SystemLane lane) => _places.Add(lane, _order.AddLast(lane));

    internal void Remove(SystemLane lane)
    {
        if (_places.Remove(lane, out var place)) _order.Remove(place);
    }

    /// <summary>Every lane once, the one that has waited longest first. Lanes may be served meanwhile.</summary>
    internal IEnumerable<SystemLane> Round()
    {
        var node = _order.First;
        for (var left = _order.Count; left > 0 && node is not null; left--)
        {
            var next = node.Next;
            yield return node.Value;
            node = next;
        }
    }

    /// <summary>A lane got what it was waiting for.</summary>
    internal void Served(SystemLane lane)
    {
        var place = _places[lane];
        _order.Remove(place);
        _order.AddLast(place);
    }
}
