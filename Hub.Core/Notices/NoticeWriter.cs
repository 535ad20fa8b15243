using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Notices;

/// <summary>Writes <c>hub.notice.v1</c> messages. They are signed before the commit that stages them.</summary>
internal sealed class NoticeWriter(IHubKeys keys, Lazy<IIntake> intake)
{
    /// <summary>Signs a notice to a system.</summary>
    internal ValueTask<VerifiedEnvelope> SealAsync(SystemAddress to, Notice notice, CancellationToken cancellationToken) => EnvelopeSeal.SealAsync(
        new Envelope
        {
            Id = EnvelopeSeal.NewId(notice.Time),
            Type = MessageType.Notice,
            From = keys.Address,
            To = [new Recipient(RecipientAddress.Parse(to.ToString()))],
            Created = EnvelopeSeal.WholeMilliseconds(notice.Time),
            Subject = notice.SubjectVi,
            Payload = (notice with { Time = EnvelopeSeal.WholeMilliseconds(notice.Time), At = notice.At is { } at ? EnvelopeSeal.WholeMilliseconds(at) : null }).ToPayload(),
        },
        keys.Gateway,
        keys.GatewayVerifier,
        cancellationToken);

    /// <summary>Stages a notice in a commit.</summary>
    /// <returns>False when its system has left the registry meanwhile: then nobody is told.</returns>
    internal async ValueTask<bool> StageAsync(CommitScope scope, VerifiedEnvelope notice)
    {
        try
        {
            await intake.Value.StageAsync(scope, notice, Assurances.AttestedHub);
            return true;
        }
        catch (ProblemException)
        {
            return false;
        }
    }
}
