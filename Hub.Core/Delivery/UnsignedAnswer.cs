using Hub.Contracts.Messages;

namespace Hub.Core.Delivery;

/// <summary>A recipient's business answer without its signature, e.g. in the body of its HTTP answer or of a mailbox ack.
/// Kept as asserted by the hub.</summary>
/// <param name="Outcome">Accepted or refused.</param>
/// <param name="Status">edXML 01…06, 13, 15, 16, if it says one.</param>
/// <param name="Reason">Why; required when refused; at most 2,000 characters.</param>
public sealed record UnsignedAnswer(AcknowledgementOutcome Outcome, string? Status = null, string? Reason = null)
{
    /// <summary>The answer as it is kept: the recipient's words made fit for the log.</summary>
    internal UnsignedAnswer Fitted() => Reason is null ? this : this with { Reason = PlainText.Fit(Reason, AcknowledgementPolicy.MaxReason) };
}
