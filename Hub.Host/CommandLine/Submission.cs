using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>Sends a signed envelope; where the outcome is not known, says how to send the same again.</summary>
internal sealed class Submission(HubClient client, SignedEnvelopeFile signed, KeptFiles files)
{
    /// <summary>The file that holds the signed envelope; null when there is none.</summary>
    internal string? KeptIn { get; init; }

    /// <summary>Whether the user chose the id of an envelope signed now.</summary>
    internal bool IdGiven { get; init; }

    private string Again =>
        $"It is not known whether message {signed.Envelope.Key}, id {signed.Envelope.Id}, was accepted. Send it again with "
        + (KeptIn is not null ? $"--resend {KeptIn}" : $"--id {signed.Envelope.Id} --created {Rfc3339.Format(signed.Envelope.Created)} and the same content")
        + ": the hub takes it once.";

    /// <exception cref="HubRefusalException">The hub refused it; the kept envelope is dropped.</exception>
    /// <exception cref="HubUnreachableException">The hub did not answer.</exception>
    /// <exception cref="HubEvidenceException">The receipt does not verify.</exception>
    internal async Task<SentMessage> SendAsync(TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SubmitAsync(signed.Octets, signed.Encoding, cancellationToken);
        }
        catch (HubRefusalException refused) when (refused.Refusal.Status < 500 && ProblemCode.TryFind(refused.Refusal.Code, out _))
        {
            files.Drop();
            throw new HubRefusalException(Advised(refused.Refusal));
        }
        catch (HubUnreachableException unreachable)
        {
            throw new HubUnreachableException($"{unreachable.Message} {Again}", unreachable);
        }
        catch (HubEvidenceException evidence)
        {
            throw new HubEvidenceException($"{evidence.Message} {Again}");
        }
        catch (OperationCanceledException)
        {
            error.WriteLine(Again);
            throw;
        }
    }

    private HubRefusal Advised(HubRefusal refusal) => !IdGiven || refusal.Code != ProblemCode.DuplicateConflict.Code ? refusal : refusal with
    {
        Remedy = "The id was used before with other content (a fresh 'created' counts as other content). To send the same message again, use --resend with the kept envelope, or --created with the first time; for another message, use another --id.",
    };
}
