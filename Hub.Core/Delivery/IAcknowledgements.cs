using Hub.Contracts.Addresses;
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
    /// <returns>The sender's system, to which the answer is to be delivered.</returns>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>not-found</c> when there is no such delivery to this
    /// system, <c>digest-mismatch</c> when the digest is not the message's.</exception>
    ValueTask<SystemAddress> ApplySignedAsync(CommitScope scope, SystemAddress recipient, Acknowledgement answer);
}
