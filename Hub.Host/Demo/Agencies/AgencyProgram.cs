using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Host.AgencyClient;

namespace Hub.Host.Demo.Agencies;

/// <summary>What an agency's own document software does on the bus: it verifies what arrives, keeps it, and answers with
/// signed acknowledgements; answers to its own documents it notes.</summary>
/// <param name="client">Its connection to the hub.</param>
/// <param name="hubKey">The hub's statement key.</param>
/// <param name="partners">The senders' keys.</param>
internal sealed class AgencyProgram(HubClient client, VerificationKey hubKey, IKeyRing partners) : IDisposable
{
    private readonly ConcurrentDictionary<MessageKey, ReceivedDocument> _documents = new();
    private readonly ConcurrentQueue<ReceivedAnswer> _answers = new();
    private readonly ConcurrentQueue<string> _faults = new();

    /// <summary>Its system.</summary>
    public SystemAddress Self => client.Self;

    /// <summary>Its connection.</summary>
    public HubClient Client => client;

    /// <summary>When set, every document is refused for this reason.</summary>
    public string? RefusalReason { get; init; }

    /// <summary>The documents received, by key.</summary>
    public IReadOnlyDictionary<MessageKey, ReceivedDocument> Documents => _documents;

    /// <summary>The answers received, in order.</summary>
    public IReadOnlyCollection<ReceivedAnswer> Answers => _answers;

    /// <summary>What went wrong here.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Takes messages from the mailbox until it is stopped.</summary>
    public async Task PullAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var claim in await client.Mailbox.ClaimAsync(max: 20, wait: TimeSpan.FromSeconds(20), cancellationToken: stop))
                    await TakeAsync(claim, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is HubRefusalException or HubUnreachableException or HubEvidenceException or ProblemException)
            {
                if (stop.IsCancellationRequested) return;
                _faults.Enqueue(fault.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
            }
        }
    }

    /// <summary>Takes a push; the caller answers 2xx when this returns, and then lets <see cref="AnswerAsync"/> run.</summary>
    /// <exception cref="ProblemException">It does not verify.</exception>
    public async Task<ReceivedDocument?> PushedAsync(SignableRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var pushed = new PushVerifier(hubKey, Self, client.Clock).Verify(request, body);
        return await KeepAsync(Read(pushed.Octets, pushed.Encoding, pushed.Statement), pushed.Octets, pushed.Statement, "push", cancellationToken);
    }

    /// <summary>Sends the signed answers to a document: arrived and registered, or refused.</summary>
    public async Task AnswerAsync(ReceivedDocument document, bool arrivalIsSaid, CancellationToken cancellationToken)
    {
        try
        {
            if (!arrivalIsSaid) await client.SendAsync(First(document), EnvelopeEncoding.Json, cancellationToken);
            if (RefusalReason is null) await client.SendAsync(Answer(document, AcknowledgementOutcome.Accepted, "03", null), EnvelopeEncoding.Json, cancellationToken);
        }
        catch (Exception fault) when (fault is HubRefusalException or HubUnreachableException or HubEvidenceException)
        {
            _faults.Enqueue($"answer to {document.Key}: {fault.Message}");
        }
        catch (OperationCanceledException)
        {
            // The demonstration ends; the hub keeps what was answered so far.
        }
    }

    public void Dispose() => client.Dispose();

    private async Task TakeAsync(MailboxClaim claim, CancellationToken cancellationToken)
    {
        var octets = await client.ContentAsync(claim, cancellationToken);
        var statement = DeliveryStatement.Verify(claim.Statement, hubKey);
        if (statement.Recipient != Self || statement.Message != claim.Message || statement.Sha256 != claim.Sha256)
            throw new HubEvidenceException($"The delivery statement of claim {claim.Claim} is for another message or recipient.");
        var document = await KeepAsync(Read(octets, claim.Encoding, statement), octets, statement, "pull", cancellationToken);
        if (document is null)
        {
            await client.Mailbox.AcknowledgeAsync(claim, cancellationToken: cancellationToken);
            return;
        }

        var signed = await EnvelopeCodec.SignAsync(First(document), EnvelopeEncoding.Json, client.Signer, cancellationToken);
        await client.Mailbox.AcknowledgeAsync(claim, signed, EnvelopeEncoding.Json, cancellationToken);
        await AnswerAsync(document, arrivalIsSaid: true, cancellationToken);
    }

    /// <summary>Keeps a document; null when it is none, or one that is here already.</summary>
    private async Task<ReceivedDocument?> KeepAsync(
        Envelope envelope, ReadOnlyMemory<byte> octets, DeliveryStatement statement, string way, CancellationToken cancellationToken)
    {
        if (envelope.Type == MessageType.Acknowledgement)
        {
            _answers.Enqueue(new ReceivedAnswer(envelope.From, Acknowledgement.Read(envelope)));
            return null;
        }

        if (envelope.Type == MessageType.DeliveryFailed)
        {
            _faults.Enqueue($"delivery failed: {DeliveryFailure.Read(envelope).Reason}");
            return null;
        }

        // Whatever else the hub itself says is for the agency's people.
        if (envelope.Type.Value.StartsWith("hub.", StringComparison.Ordinal)) return null;

        foreach (var attachment in envelope.Attachments.Where(static attachment => attachment.Inline is null))
            await client.AttachmentAsync(envelope.Key, attachment, Stream.Null, cancellationToken);
        var document = new ReceivedDocument(
            envelope.Key, envelope.From, Convert.ToHexStringLower(SHA256.HashData(octets.Span)), statement.Why, way, envelope.Attachments);
        return _documents.TryAdd(envelope.Key, document) ? document : null;
    }

    /// <summary>Agencies sign what they send; what the hub and its apps send is vouched for by the delivery statement.</summary>
    private Envelope Read(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, DeliveryStatement statement)
    {
        if (statement.Assurance == "sender-signed") return EnvelopeCodec.Verify(octets, encoding, partners).Envelope;
        return encoding == EnvelopeEncoding.Xml
            ? XmlEnvelope.ReadUnverified(octets, EnvelopeLimits.Default)
            : JsonEnvelope.ReadUnverified(octets, EnvelopeLimits.Default);
    }

    private Envelope First(ReceivedDocument document) => RefusalReason is { } reason
        ? Answer(document, AcknowledgementOutcome.Refused, "02", reason)
        : Answer(document, AcknowledgementOutcome.Accepted, "01", null);

    private Envelope Answer(ReceivedDocument document, AcknowledgementOutcome outcome, string status, string? reason) =>
        AgencyClient.Answers.Acknowledge(Self, document.From, document.Key, document.Sha256, outcome, status, reason, client.Clock.GetUtcNow());
}
