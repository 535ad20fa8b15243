using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Intake;

/// <summary>What the sender gets.</summary>
/// <param name="Key">Message key.</param>
/// <param name="Receipt">The receipt; the same one for the same content signed afresh.</param>
/// <param name="Duplicate">Whether the message had been accepted before.</param>
public sealed record Acceptance(MessageKey Key, Receipt Receipt, bool Duplicate)
{
    /// <summary>The message's type.</summary>
    public MessageType Type { get; init; }
}

/// <summary>The way in: parse, identify, verify, check clock and window, validate, authorise, resolve, commit.</summary>
public interface IIntake
{
    /// <summary>Accepts one envelope or throws one problem; nothing is promised before the commit is durable.</summary>
    /// <param name="octets">The exact bytes.</param>
    /// <param name="encoding">Their encoding.</param>
    /// <param name="caller">The authenticated system, which must be <c>from</c>.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued; afterwards the commit is awaited.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">The one problem.</exception>
    ValueTask<Acceptance> AcceptAsync(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="AcceptAsync"/>, for a message that a restoration lost: shown its receipt, the hub takes it however old
    /// <c>created</c> is. Everything else is checked as ever.</summary>
    /// <param name="octets">The exact bytes that the receipt is for.</param>
    /// <param name="encoding">Their encoding.</param>
    /// <param name="caller">The authenticated system, which must be <c>from</c>.</param>
    /// <param name="shown">The receipt, of this epoch of the log or an earlier one.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued; afterwards the commit is awaited.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">The one problem; <c>clock-window</c> also says why the receipt does not help.</exception>
    ValueTask<Acceptance> AcceptAgainAsync(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Receipt shown, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="AcceptAsync"/>, for a caller who prepares for the message before it is accepted.</summary>
    /// <param name="octets">The exact bytes.</param>
    /// <param name="encoding">Their encoding.</param>
    /// <param name="caller">The authenticated system, which must be <c>from</c>.</param>
    /// <param name="prepare">Called right before the commit is queued, and again when another node has changed the registry meanwhile, with all checks passed: with the envelope, its service
    /// and its recipients. What it throws refuses the envelope. Not called for a message that was accepted before and would be refused now.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued; afterwards the commit is awaited.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">The one problem.</exception>
    ValueTask<Acceptance> AcceptPreparedAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Action<Envelope, Service, IReadOnlyList<ResolvedRecipient>>? prepare, CancellationToken cancellationToken = default);

    /// <summary>Stages a message of the hub itself or of an app inside a running commit: no window. An app's message
    /// needs a right, and fulfils what its service demands, as a sender's does. Wakes its recipients through <see cref="CommitScope.AfterCommit"/>. Does not apply acknowledgements: whoever stages one has
    /// recorded it on the delivery itself.</summary>
    /// <param name="scope">The running commit.</param>
    /// <param name="envelope">Its envelope, verified by construction.</param>
    /// <param name="assurance"><c>hub-attested(hub)</c> or <c>hub-attested(app)</c>.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">Bad recipients; of an app also <c>not-allowed</c>, <c>assurance-too-low</c>,
    /// <c>service-retired</c>, <c>confidentiality-required</c>, <c>schema-violation</c>.</exception>
    ValueTask StageAsync(CommitScope scope, VerifiedEnvelope envelope, string assurance);
}
