using Hub.Core.Intake;
using Hub.Core.Storage;

namespace Hub.Core.Requests;

/// <summary>A reply, ready to be given to who asked.</summary>
/// <param name="Message">The reply.</param>
/// <param name="Octets">Its exact octets.</param>
/// <param name="Delivery">Its delivery to who asked.</param>
/// <param name="Statement">The hub-signed statement of that delivery.</param>
public sealed record RequestReply(MessageRecord Message, ReadOnlyMemory<byte> Octets, DeliveryRecord Delivery, string Statement);

/// <summary>What came of waiting; all null when the time was over.</summary>
/// <param name="Reply">The reply, if it came.</param>
/// <param name="Failed">The delivery with which the request ended without one.</param>
public sealed record RequestOutcome(RequestReply? Reply, DeliveryRecord? Failed);

/// <summary>An accepted request whose sender waits for its reply. Disposing ends the wait: a reply that was held back and not
/// written takes its usual way then.</summary>
public sealed class PendingRequest : IAsyncDisposable
{
    private readonly RequestDesk _desk;

    internal PendingRequest(RequestDesk desk, MessageRecord message, RequestWait wait, Acceptance? accepted)
    {
        _desk = desk;
        (Message, Wait, Accepted) = (message, wait, accepted);
    }

    /// <summary>The request.</summary>
    public MessageRecord Message { get; }

    /// <summary>Its acceptance, with the receipt; null when it was accepted by an earlier call.</summary>
    public Acceptance? Accepted { get; }

    internal RequestWait Wait { get; }

    internal bool IsWritten { get; set; }

    /// <summary>Waits for the reply, or for an end without one.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>content-erased</c>.</exception>
    public ValueTask<RequestOutcome> WaitAsync(CancellationToken cancellationToken) => _desk.WaitAsync(this, cancellationToken);

    /// <summary>Records that who asked has the reply: its delivery to him ends.</summary>
    public ValueTask WrittenAsync(RequestReply reply) => _desk.WrittenAsync(this, reply);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _desk.EndAsync(this);
}
