using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Deliveries on their way into the database.</summary>
internal abstract class DeliveryStateRows : RowSet
{
    private Column<string> _why = null!;
    private Column<short> _role = null!, _state = null!;
    private Column<bool?> _ready = null!;
    private Column<DateTimeOffset?> _since = null!, _wake = null!, _claimedUntil = null!, _deliveredAt = null!;
    private Column<DateTimeOffset> _due = null!, _changed = null!;
    private Column<int> _attempts = null!, _interruptions = null!, _replays = null!, _answers = null!;
    private Column<string?> _claim = null!, _lane = null!, _problem = null!, _detail = null!, _status = null!, _reason = null!, _outcome = null!, _assertedBy = null!;
    private Column<int?> _node = null!;
    private Column<long> _lanePlace = null!;
    private Column<bool> _holdsLane = null!, _blocks = null!;
    private Column<byte[]?> _answer = null!;

    private protected DeliveryStateRows(string name)
        : base(name)
    {
    }

    private protected void AddStateColumns()
    {
        (_role, _why, _since, _state) = (Add<short>("role"), Add<string>("why"), Add<DateTimeOffset?>("since"), Add<short>("state"));
        (_ready, _wake, _due) = (Add<bool?>("ready"), Add<DateTimeOffset?>("wake"), Add<DateTimeOffset>("due"));
        (_attempts, _interruptions, _replays) = (Add<int>("attempts"), Add<int>("interruptions"), Add<int>("replays"));
        (_claim, _claimedUntil, _node) = (Add<string?>("claim"), Add<DateTimeOffset?>("claimed_until"), Add<int?>("node"));
        (_lane, _lanePlace, _holdsLane, _blocks) = (Add<string?>("lane"), Add<long>("lane_place"), Add<bool>("holds_lane"), Add<bool>("blocks"));
        (_problem, _detail, _deliveredAt) = (Add<string?>("last_problem"), Add<string?>("last_detail"), Add<DateTimeOffset?>("delivered_at"));
        (_status, _reason, _outcome, _assertedBy) = (Add<string?>("status"), Add<string?>("reason"), Add<string?>("outcome"), Add<string?>("asserted_by"));
        (_answers, _answer, _changed) = (Add<int>("answers"), Add<byte[]?>("answer"), Add<DateTimeOffset>("changed"));
    }

    private protected void AddState(DeliveryRecord delivery)
    {
        DateTimeOffset? wake = delivery.State switch
        {
            DeliveryState.Queued => delivery.Due,
            DeliveryState.Claimed => delivery.ClaimedUntil ?? delivery.Due,
            _ => null,
        };
        _role.Add((short)delivery.Role);
        _why.Add(delivery.Why);
        _since.Add(delivery.Since?.ToUniversalTime());
        _state.Add((short)delivery.State);
        _ready.Add(wake is null ? null : wake <= delivery.Changed);
        _wake.Add(wake?.ToUniversalTime());
        _due.Add(delivery.Due.ToUniversalTime());
        _attempts.Add(delivery.Attempts);
        _interruptions.Add(delivery.Interruptions);
        _replays.Add(delivery.Replays);
        _claim.Add(delivery.Claim);
        _claimedUntil.Add(delivery.ClaimedUntil?.ToUniversalTime());
        _node.Add(delivery.State == DeliveryState.Claimed ? delivery.Node : null);
        _lane.Add(StoredText.Of(delivery.Lane));
        _lanePlace.Add(delivery.LanePlace);
        _holdsLane.Add(delivery.HoldsLane);
        _blocks.Add(delivery.BlocksLane);
        _problem.Add(delivery.LastProblem);
        _detail.Add(StoredText.Of(delivery.LastDetail));
        _deliveredAt.Add(delivery.DeliveredAt?.ToUniversalTime());
        _status.Add(StoredText.Of(delivery.Status));
        _reason.Add(StoredText.Of(delivery.Reason));
        _outcome.Add(delivery.Outcome);
        _assertedBy.Add(delivery.AssertedBy);
        _answers.Add(delivery.Answers);
        _answer.Add(delivery.Answer is { } answer ? Convert.FromHexString(answer.Value) : null);
        _changed.Add(delivery.Changed.ToUniversalTime());
        Count++;
    }
}

/// <summary>New deliveries.</summary>
internal sealed class NewDeliveryRows : DeliveryStateRows
{
    private readonly Column<long> _id, _message;
    private readonly Column<byte[]> _key;
    private readonly Column<DateTimeOffset> _accepted;
    private readonly Column<short> _rank;
    private readonly Column<bool> _protocol;
    private readonly Column<DateTimeOffset?> _expires;
    private readonly Column<string> _recipient;

    internal NewDeliveryRows()
        : base("hub_new_deliveries")
    {
        (_id, _message, _key, _accepted) = (Add<long>("id"), Add<long>("message"), Add<byte[]>("key"), Add<DateTimeOffset>("accepted"));
        (_rank, _protocol, _expires, _recipient) = (Add<short>("rank"), Add<bool>("protocol"), Add<DateTimeOffset?>("expires"), Add<string>("recipient"));
        AddStateColumns();
    }

    internal void Add(TrackedDelivery delivery, DeliveryOrigin origin)
    {
        _id.Add(delivery.Record.Id);
        _message.Add(delivery.Number);
        _key.Add(origin.Key);
        _accepted.Add(origin.Accepted);
        _rank.Add((short)delivery.Rank);
        _protocol.Add(origin.Protocol);
        _expires.Add(origin.Expires);
        _recipient.Add(delivery.Record.Recipient.ToString());
        AddState(delivery.Record);
    }
}

/// <summary>Changed deliveries, each with the rev that the change rests on.</summary>
internal sealed class DeliveryRows : DeliveryStateRows
{
    private readonly Column<long> _id;
    private readonly Column<int> _rev;

    internal DeliveryRows()
        : base("hub_deliveries")
    {
        (_id, _rev) = (Add<long>("id"), Add<int>("rev"));
        AddStateColumns();
    }

    internal void Add(TrackedDelivery delivery)
    {
        _id.Add(delivery.Record.Id);
        _rev.Add(delivery.Rev);
        AddState(delivery.Record);
    }
}

/// <summary>What a new delivery takes from its message.</summary>
internal sealed record DeliveryOrigin(byte[] Key, DateTimeOffset Accepted, bool Protocol, DateTimeOffset? Expires);

/// <summary>A delivery that the running transaction knows.</summary>
internal sealed class TrackedDelivery
{
    internal required DeliveryRecord Record { get; set; }

    /// <summary>Its message's number.</summary>
    internal required long Number { get; init; }

    internal required int Rank { get; init; }

    /// <summary>The rev in the database; 0 for one that is not there yet.</summary>
    internal int Rev { get; set; }

    /// <summary>Whether it is to be sent.</summary>
    internal bool IsStaged { get; set; }

    /// <summary>Whether this transaction has sent it, or claimed it.</summary>
    internal bool IsWritten { get; set; }

    /// <summary>What a new one takes from its message.</summary>
    internal DeliveryOrigin? Origin { get; init; }
}
