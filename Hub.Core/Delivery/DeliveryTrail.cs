using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>The trail entries of deliveries. Bodies name the delivery, its recipient and attempt, and what was found.</summary>
internal static class DeliveryTrail
{
    /// <summary>The hub as an actor.</summary>
    internal const string Hub = "hub";

    /// <summary>A state as it stands on the wire and in the trail.</summary>
    internal static string Text(DeliveryState state) => state switch
    {
        DeliveryState.Queued => "queued",
        DeliveryState.Claimed => "claimed",
        DeliveryState.Delivered => "delivered",
        DeliveryState.Acknowledged => "acknowledged",
        DeliveryState.Dead => "dead",
        DeliveryState.Expired => "expired",
        DeliveryState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    internal static TrailEntry Claimed(DeliveryRecord delivery) =>
        new(EntryKinds.DeliveryClaimed, delivery.Message, delivery.Recipient.ToString(), Body(delivery));

    internal static TrailEntry Failed(DeliveryRecord delivery, string actor) =>
        new(EntryKinds.DeliveryAttemptFailed, delivery.Message, actor, Problem(delivery));

    internal static TrailEntry GivenUp(DeliveryRecord delivery)
    {
        var kind = delivery.State == DeliveryState.Expired ? EntryKinds.DeliveryExpired : EntryKinds.DeliveryDead;
        return new TrailEntry(kind, delivery.Message, Hub, Problem(delivery));
    }

    internal static TrailEntry Delivered(DeliveryRecord delivery, string actor)
    {
        var body = new EntryText().Open()
            .Add("assertedBy"u8, Assertion.Hub)
            .Add("attempt"u8, delivery.Attempts)
            .Add("delivery"u8, delivery.Id)
            .Add("recipient"u8, delivery.Recipient.ToString())
            .Close();
        return TrailEntry.Of(EntryKinds.DeliveryDelivered, delivery.Message, actor, body);
    }

    internal static TrailEntry Acknowledged(DeliveryRecord delivery, UnsignedAnswer answer, string assertedBy, string actor, string sha256)
    {
        var body = Body(delivery);
        body["sha256"] = sha256;
        body["outcome"] = AcknowledgementPolicy.Text(answer.Outcome);
        if (answer.Status is not null) body["status"] = answer.Status;
        if (answer.Reason is not null) body["reason"] = answer.Reason;
        body["assertedBy"] = assertedBy;
        return new TrailEntry(EntryKinds.DeliveryAcknowledged, delivery.Message, actor, body);
    }

    internal static TrailEntry AnswerDropped(DeliveryRecord delivery, string actor, SystemAddress sender, Problem why)
    {
        var body = Body(delivery);
        body["sender"] = sender.ToString();
        body["problem"] = why.Code.Code;
        body["detail"] = why.Detail;
        return new TrailEntry(EntryKinds.DeliveryAnswerDropped, delivery.Message, actor, body);
    }

    internal static TrailEntry Replayed(DeliveryRecord delivery, string actor, string? run)
    {
        var body = Body(delivery);
        body["replays"] = delivery.Replays;
        if (run is not null) body["run"] = run;
        return new TrailEntry(EntryKinds.DeliveryReplayed, delivery.Message, actor, body);
    }

    internal static TrailEntry Cancelled(MessageKey message, IReadOnlyList<long> deliveries, string actor, string? reason)
    {
        var body = new JsonObject { ["deliveries"] = new JsonArray([.. deliveries.Select(static id => (JsonNode)id)]) };
        if (reason is not null) body["reason"] = reason;
        return new TrailEntry(EntryKinds.MessageCancelled, message, actor, body);
    }

    internal static TrailEntry Redirected(DeliveryRecord delivery, ResolvedRecipient to, long successor)
    {
        var body = Body(delivery);
        body["to"] = to.System.Address.ToString();
        body["newDelivery"] = successor;
        body["why"] = to.Why;
        body["reorganisation"] = to.Redirection!.Reorganisation;
        return new TrailEntry(EntryKinds.DeliveryRedirected, delivery.Message, Hub, body);
    }

    private static JsonObject Problem(DeliveryRecord delivery)
    {
        var body = Body(delivery);
        body["problem"] = delivery.LastProblem;
        body["detail"] = delivery.LastDetail;
        return body;
    }

    private static JsonObject Body(DeliveryRecord delivery) => new()
    {
        ["delivery"] = delivery.Id,
        ["recipient"] = delivery.Recipient.ToString(),
        ["attempt"] = delivery.Attempts,
    };
}
