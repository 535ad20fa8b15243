using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;

namespace Hub.Host.AgencyClient;

/// <summary>Makes the envelopes by which a recipient answers.</summary>
internal static class Answers
{
    /// <summary>A <c>hub.ack.v1</c> to the sender of a message, to be signed.</summary>
    /// <param name="self">The answering recipient.</param>
    /// <param name="sender">The sender of the message answered.</param>
    /// <param name="message">Its key.</param>
    /// <param name="sha256">SHA-256 of its exact bytes, lower-case hexadecimal.</param>
    /// <param name="outcome">Accepted or refused.</param>
    /// <param name="status">Business status, e.g. 01, 02, 03.</param>
    /// <param name="reason">Why, when refused.</param>
    /// <param name="now">The time.</param>
    public static Envelope Acknowledge(
        SystemAddress self, SystemAddress sender, MessageKey message, string sha256, AcknowledgementOutcome outcome, string? status, string? reason, DateTimeOffset now)
    {
        var time = Milliseconds(now);
        return new Envelope
        {
            Id = Guid.CreateVersion7(now).ToString(),
            Type = MessageType.Acknowledgement,
            From = self,
            To = [new Recipient(RecipientAddress.Parse(sender.ToString()))],
            Created = time,
            InReplyTo = new InReplyTo(message, sha256),
            Payload = new Acknowledgement(message, sha256, outcome, status, reason, time).ToPayload(),
        };
    }

    /// <summary>Envelopes carry whole milliseconds.</summary>
    public static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
