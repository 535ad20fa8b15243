using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>A delivery on its way out.</summary>
/// <param name="Delivery">The claimed delivery.</param>
/// <param name="Message">Its message.</param>
/// <param name="Octets">The exact bytes.</param>
/// <param name="Statement">The hub-signed delivery statement (JWS compact).</param>
/// <param name="Recipient">The receiving system.</param>
public sealed record OutgoingDelivery(
    DeliveryRecord Delivery, MessageRecord Message, ReadOnlyMemory<byte> Octets, string Statement, AgencySystem Recipient);

/// <summary>How an attempt ended.</summary>
public abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    /// <summary>The recipient's system has the bytes; with a business answer if it gave one.</summary>
    /// <param name="Answer">Its unsigned answer, kept as asserted by the hub; null for a bare 2xx.</param>
    public sealed record Delivered(UnsignedAnswer? Answer = null) : AttemptOutcome;

    /// <summary>The channel has recorded the end of the delivery itself, in its own commit (apps on the bus), or found that
    /// the claim was lost: nothing is left to record.</summary>
    public sealed record Settled : AttemptOutcome;

    /// <summary>It failed for now.</summary>
    /// <param name="Problem">Code for reports.</param>
    /// <param name="Detail">What happened.</param>
    /// <param name="RetryAfter">What the recipient asked for.</param>
    public sealed record Failed(ProblemCode Problem, string Detail, TimeSpan? RetryAfter = null) : AttemptOutcome
    {
        /// <summary>Whose failure it is.</summary>
        public FailureFault Fault { get; init; }
    }

    /// <summary>The recipient will never take it.</summary>
    /// <param name="Problem">Code for reports.</param>
    /// <param name="Detail">What it said.</param>
    public sealed record Rejected(ProblemCode Problem, string Detail) : AttemptOutcome;
}

/// <summary>How the hub talks to systems of one kind of channel. Never throws for a partner's fault.</summary>
public interface IDeliveryChannel
{
    /// <summary>The kind it serves, e.g. <c>push</c>.</summary>
    string Kind { get; }

    /// <summary>Makes one attempt. The token is cancelled at the policy's time-out or when the hub stops.</summary>
    ValueTask<AttemptOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancellationToken);
}
