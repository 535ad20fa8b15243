using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>How a receiver answers.</summary>
internal enum AnswerMode
{
    /// <summary>Signed, but plain for <c>hub.*</c> messages: acknowledgements are not acknowledged by messages.</summary>
    Auto,

    /// <summary>With a signed <c>hub.ack.v1</c>.</summary>
    Signed,

    /// <summary>Unsigned.</summary>
    Plain,

    /// <summary>With a signed refusal.</summary>
    Refuse,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>What a receiver says of every message.</summary>
internal sealed record MailboxAnswering(AnswerMode Mode, string? Status = null, string? Reason = null);

/// <summary>What became of one claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Envelope">What the bytes say; null when they could not be taken.</param>
/// <param name="Folder">Where it is kept.</param>
/// <param name="Answered"><c>accepted</c>, <c>refused</c> or <c>nothing</c>.</param>
/// <param name="Problem">Why it was given back.</param>
/// <param name="Plain">Where its opened content is, when it was sealed and keys were given.</param>
internal sealed record ReceivedMessage(MailboxClaim Claim, Envelope? Envelope, string? Folder, string Answered, string? Problem, string? Plain = null);

/// <summary>Takes messages from a mailbox: claims, checks, keeps, and only then answers.</summary>
internal sealed class MailboxReceiver(HubClient client, InboxFolder inbox, VerificationKey? statementKey, MailboxAnswering answering)
{
    /// <summary>Opens sealed content; null leaves it sealed.</summary>
    public MessageOpening? Opening { get; init; }

    /// <summary>Takes what waits, or waits for it. A message that does not pass its checks is given back.</summary>
    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        var received = new List<ReceivedMessage>();
        foreach (var claim in await client.Mailbox.ClaimAsync(max, wait, inline: false, cancellationToken))
            received.Add(await TakeAsync(claim, cancellationToken));
        return received;
    }

    private async Task<ReceivedMessage> TakeAsync(MailboxClaim claim, CancellationToken cancellationToken)
    {
        try
        {
            var octets = await client.ContentAsync(claim, cancellationToken);
            CheckStatement(claim);
            var envelope = Read(octets, claim.Encoding);
            if (envelope.Key != claim.Message)
                throw new HubEvidenceException($"The bytes are message {envelope.Key}, not {claim.Message}.");
            var folder = await inbox.StoreAsync(
                octets, claim.Encoding, envelope, claim.Statement,
                (attachment, target) => client.AttachmentAsync(claim.Message, attachment, target, cancellationToken));
            var plain = Opening is null ? null : await Opening.OpenAsync(folder, envelope);
            return new ReceivedMessage(claim, envelope, folder, await AnswerAsync(claim, cancellationToken), null, plain);
        }
        catch (Exception bad) when (bad is HubEvidenceException or ProblemException)
        {
            await client.Mailbox.ReturnAsync(claim, bad.Message, cancellationToken: cancellationToken);
            return new ReceivedMessage(claim, null, null, "nothing", bad.Message);
        }
    }

    private static Envelope Read(byte[] octets, EnvelopeEncoding encoding) => encoding == EnvelopeEncoding.Xml
        ? XmlEnvelope.ReadUnverified(octets, EnvelopeLimits.Default)
        : JsonEnvelope.ReadUnverified(octets, EnvelopeLimits.Default);

    private void CheckStatement(MailboxClaim claim)
    {
        if (statementKey is null) return;
        var statement = DeliveryStatement.Verify(claim.Statement, statementKey);
        if (statement.Recipient != client.Self || statement.Message != claim.Message || statement.Sha256 != claim.Sha256)
            throw new HubEvidenceException($"The delivery statement is for message {statement.Message} to {statement.Recipient}, not for this claim.");
    }

    private async Task<string> AnswerAsync(MailboxClaim claim, CancellationToken cancellationToken)
    {
        var isHubs = claim.Type.Value.StartsWith("hub.", StringComparison.Ordinal);
        var mode = answering.Mode == AnswerMode.Auto ? (isHubs ? AnswerMode.Plain : AnswerMode.Signed) : answering.Mode;
        switch (mode)
        {
            case AnswerMode.None:
                return "nothing";
            case AnswerMode.Plain:
                await client.Mailbox.AcknowledgeAsync(claim, refused: false, isHubs ? null : answering.Status, answering.Reason, cancellationToken);
                return "accepted";
            default:
                var outcome = mode == AnswerMode.Refuse ? AcknowledgementOutcome.Refused : AcknowledgementOutcome.Accepted;
                var answer = Answers.Acknowledge(
                    client.Self, claim.From, claim.Message, claim.Sha256, outcome, answering.Status, answering.Reason, client.Clock.GetUtcNow());
                var octets = await EnvelopeCodec.SignAsync(answer, EnvelopeEncoding.Json, client.Signer, cancellationToken);
                await client.Mailbox.AcknowledgeAsync(claim, octets, EnvelopeEncoding.Json, cancellationToken);
                return mode == AnswerMode.Refuse ? "refused" : "accepted";
        }
    }
}
