using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Who says what an acknowledgement says, as kept in <see cref="DeliveryRecord.AssertedBy"/>.</summary>
public static class Assertion
{
    /// <summary>The recipient signed it.</summary>
    public const string Recipient = "recipient";

    /// <summary>The hub reports what the recipient said without a signature.</summary>
    public const string Hub = "hub";
}

/// <summary>How an answer changes a delivery. Pure.</summary>
/// <remarks>An answer ends the delivery whatever its state: whoever answers has the message. A later answer replaces an
/// earlier one, but an unsigned answer never replaces a signed one.</remarks>
public static class AcknowledgementPolicy
{
    /// <summary>Most answers to one delivery: a status for each step of a business process, with room.</summary>
    public const int MaxAnswers = 32;

    /// <summary>Most characters in a reason.</summary>
    internal const int MaxReason = 2_000;

    private static readonly HashSet<string> Statuses = ["01", "02", "03", "04", "05", "06", "13", "15", "16"];

    /// <summary>Checks an answer.</summary>
    /// <exception cref="ProblemException"><c>schema-violation</c>.</exception>
    public static void Check(AcknowledgementOutcome outcome, string? status, string? reason)
    {
        if (status is not null && !Statuses.Contains(status))
            throw ProblemCode.SchemaViolation.With($"'{status}' is no business status; edXML knows {string.Join(", ", Statuses)}.");
        if (status == "02" && outcome != AcknowledgementOutcome.Refused)
            throw ProblemCode.SchemaViolation.With("Status 02 is a refusal; write outcome 'refused' with it.");
        if (outcome == AcknowledgementOutcome.Refused && string.IsNullOrWhiteSpace(reason))
            throw ProblemCode.SchemaViolation.With("A refusal needs a reason.");
        if (reason?.Length > MaxReason)
            throw ProblemCode.SchemaViolation.With($"The reason has {reason.Length} characters; at most {MaxReason} are allowed.");
    }

    /// <summary>Whether an answer says what the answer in force says, by the same word: then it changes nothing.</summary>
    public static bool IsRepeat(DeliveryRecord delivery, UnsignedAnswer answer, string assertedBy)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(answer);
        return delivery.State == DeliveryState.Acknowledged && delivery.AssertedBy == assertedBy
            && delivery.Outcome == Text(answer.Outcome) && delivery.Status == answer.Status && delivery.Reason == answer.Reason;
    }

    /// <summary>Checks that a delivery may be answered once more.</summary>
    /// <exception cref="ProblemException"><c>not-allowed</c>.</exception>
    public static void CheckCount(DeliveryRecord delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.Answers >= MaxAnswers)
            throw ProblemCode.NotAllowed.With($"The delivery of {delivery.Message} to {delivery.Recipient} has {delivery.Answers} answers; at most {MaxAnswers} are taken. The last one stands; write a message to say more. Broken link: right.");
    }

    /// <summary>The delivery after an answer; the same object when the answer changes nothing.</summary>
    public static DeliveryRecord Apply(DeliveryRecord delivery, UnsignedAnswer answer, string assertedBy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(answer);
        var answered = delivery.State == DeliveryState.Acknowledged;
        if (answered && assertedBy == Assertion.Hub && delivery.AssertedBy == Assertion.Recipient) return delivery;
        return delivery with
        {
            State = DeliveryState.Acknowledged,
            ClaimedUntil = null,
            DeliveredAt = delivery.DeliveredAt ?? now,
            Outcome = Text(answer.Outcome),
            Status = answer.Status ?? (answered ? delivery.Status : null),
            Reason = answer.Reason,
            AssertedBy = assertedBy,
            Changed = now,
        };
    }

    /// <summary>The outcome as it stands on the wire and in the trail.</summary>
    internal static string Text(AcknowledgementOutcome outcome) =>
        outcome == AcknowledgementOutcome.Accepted ? "accepted" : "refused";
}
