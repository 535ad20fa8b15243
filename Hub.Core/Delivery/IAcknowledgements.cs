using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>Applies recipients' answers to deliveries, inside a running commit.</summary>
public interface IAcknowledgements
{
    /// <summary>Checks and applies an answer signed by the recipient (an accepted <c>hub.ack.v1</c> from it): the delivery
    /// becomes acknowledged (a later status updates it), with its trail entry.</summary>
    /// <param name="scope">The running commit.</param>
    /// <param name="recipient">Who signed the answer.</param>
    /// <param name="answer">Its content.</param>
    /// <param name="by">Key of the message that is the answer, to be found again when the answer is repeated.</param>
    /// <returns>The sender's system, to which the answer is to be delivered.</returns>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>not-found</c> when there is no such delivery to this
    /// system or it is held back until later, <c>digest-mismatch</c> when the digest is not the message's, <c>not-allowed</c>
    /// beyond <see cref="AcknowledgementPolicy.MaxAnswers"/>.</exception>
    ValueTask<SystemAddress> ApplySignedAsync(CommitScope scope, SystemAddress recipient, Acknowledgement answer, MessageKey? by = null);
}
