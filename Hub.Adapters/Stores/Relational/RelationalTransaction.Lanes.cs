using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// Of the deliveries that block a lane only the first stands where claims look, so that no claim steps over those behind it. Who adds one
// or ends one says again which is the first, and holds the lane meanwhile: what is added behind a front that ends at the same moment
// is seen by whoever comes second.
internal sealed partial class RelationalTransaction
{
    private const int MostLanesLookedAt = 200;
    private readonly SortedSet<LaneName> _movedLanes = new(LaneName.Order);
    private HashSet<LaneName>? _heldLanes;
    private LaneName? _lastHeldLane;

    /// <summary>A delivery has begun to block its lane, or blocks it no longer: then others may claim what follows.</summary>
    private void MoveLane(DeliveryRecord delivery)
    {
        _movedLanes.Add(new LaneName(delivery.Recipient.ToString(), StoredText.Of(delivery.Lane)!));
        if (!delivery.BlocksLane) Wake(delivery.Recipient);
    }

    /// <summary>Holds the lanes that are to be settled, before any row of theirs. Locks in the order of names cannot meet crosswise; those
    /// out of that order wait but briefly. Null: there are none.</summary>
    private LaneRows? LockLanes(WriterBatch batch)
    {
        if (_movedLanes.Count == 0) return null;
        var (all, inOrder, late) = (new LaneRows(), new LaneRows(), new LaneRows());
        foreach (var lane in _movedLanes)
        {
            all.Add(lane);
            if (!(_heldLanes ??= []).Add(lane)) continue;
            var follows = _lastHeldLane is not { } last || LaneName.Order.Compare(lane, last) > 0;
            (follows ? inOrder : late).Add(lane);
            if (follows) _lastHeldLane = lane;
        }

        _movedLanes.Clear();
        if (late.Count > 0) batch.Query(_sql.TryLockLanes, null).With(late);
        if (inOrder.Count > 0) batch.Query(_sql.LockLanes, null).With(inOrder);
        return all;
    }

    /// <summary>No lane is ever without a front: but if one were, nothing in it would move again. Some are looked at with every poll, and
    /// what is found is settled with what the transaction writes.</summary>
    private void LookForStrandedLanes(WriterBatch batch)
    {
        var after = store.LastLane ?? new LaneName("", "");
        var looked = 0;
        store.LastLane = null;
        batch.Query(_sql.FrontsOfLanes, row =>
            {
                var lane = new LaneName(row.GetString(0), row.GetString(1));
                if (++looked == MostLanesLookedAt) store.LastLane = lane;
                if (row.GetBoolean(2)) _movedLanes.Add(lane);
            })
            .With("after", after.Recipient).With("lane", after.Lane).With("limit", MostLanesLookedAt);
    }
}
