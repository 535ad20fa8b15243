using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>The deliveries of a message that is being accepted: which of them go straight to the dispatcher, and which are queued.
/// Of one run of one unit.</summary>
internal sealed class FreshDeliveries
{
    private readonly DeliverySignals _signals;
    private readonly DeliveryRecord[] _deliveries;
    private readonly DirectGrant?[] _grants;

    private FreshDeliveries(DeliverySignals signals, IReadOnlyList<DeliveryRecord> planned)
    {
        _signals = signals;
        _deliveries = [.. planned];
        _grants = new DirectGrant?[_deliveries.Length];
    }

    /// <summary>What is to be written.</summary>
    internal IReadOnlyList<DeliveryRecord> Records => _deliveries;

    /// <summary>Asks for each delivery that is due and stands in no order whether the dispatcher takes it at once.</summary>
    internal static FreshDeliveries Of(CommitScope scope, DeliverySignals signals, IReadOnlyList<DeliveryRecord> planned, long octets, DateTimeOffset now)
    {
        var fresh = new FreshDeliveries(signals, planned);
        scope.WhenAbandoned(fresh.Return);
        for (var i = 0; i < planned.Count; i++)
        {
            if (planned[i] is not { Lane: null } delivery || delivery.Due > now) signals.Direct.Close(planned[i].Recipient);
            else if (signals.Direct.TryGrant(delivery.Recipient, octets, now) is { } grant)
                (fresh._grants[i], fresh._deliveries[i]) = (grant, grant.Claim(delivery));
        }

        return fresh;
    }

    /// <summary>They are durable under these ids. The octets are the caller's, who may use their memory for something else as soon
    /// as it has its answer: what is handed over is a copy.</summary>
    internal void Committed(IReadOnlyList<long> ids, MessageRecord message, ReadOnlyMemory<byte> octets)
    {
        byte[]? copy = null;
        for (var i = 0; i < _deliveries.Length; i++)
        {
            if (_grants[i] is { } grant) _signals.Direct.Hand(grant, _deliveries[i] with { Id = ids[i] }, message, copy ??= octets.ToArray());
            else _signals.Notify(_deliveries[i].Recipient);
        }
    }

    private void Return()
    {
        foreach (var grant in _grants)
        {
            if (grant is not null) _signals.Direct.Return(grant);
        }
    }
}
