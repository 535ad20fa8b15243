using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Which deliveries can be taken back, and what they are then. Pure.</summary>
internal static class CancellationPolicy
{
    /// <summary>Whether nobody holds it at this instant, and somebody could still get it: by itself, or by a replay.</summary>
    internal static bool MayCancel(DeliveryRecord delivery, DateTimeOffset at) =>
        delivery.State == DeliveryState.Dead || ReorganisationPolicy.IsUntaken(delivery, at);

    /// <summary>The delivery, cancelled. Its last failure is forgotten (the log has it), so that no reorganisation takes it for one of its own.</summary>
    internal static DeliveryRecord Cancel(DeliveryRecord delivery, DateTimeOffset at, bool byItsSender) => delivery with
    {
        State = DeliveryState.Cancelled, Claim = null, ClaimedUntil = null, LastProblem = null,
        LastDetail = byItsSender ? "cancelled by its sender" : "cancelled by an operator", Changed = at,
    };
}
