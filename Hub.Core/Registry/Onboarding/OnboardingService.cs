using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Documents;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Registry.Onboarding;

/// <summary>What an applicant is told about his request.</summary>
/// <param name="Id">Its name; whoever knows it may ask.</param>
/// <param name="State"><c>pending</c>, <c>applied</c>, <c>rejected</c>, <c>withdrawn</c> or <c>expired</c>.</param>
/// <param name="System">The system asked for.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">Until when it waits.</param>
/// <param name="Missing">Approvals that are still missing.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Reason">Why it was rejected, or what was said when it was approved.</param>
public sealed record OnboardingStatus(
    string Id, string State, string System, DateTimeOffset Created, DateTimeOffset Expires, IReadOnlyList<ApprovalNeed> Missing, DateTimeOffset? Ended, string? Reason);

/// <summary>Takes agencies' own requests for systems, keys and services; they wait as proposals until the providers and the hub's operator
/// agree. Thread-safe.</summary>
/// <param name="registry">Keeps the proposals.</param>
/// <param name="store">Finds them.</param>
/// <param name="keys">The hub's own address.</param>
/// <param name="clock">The time.</param>
public sealed class OnboardingService(RegistryService registry, IHubStore store, IHubKeys keys, TimeProvider clock)
{
    /// <summary>Takes the request of somebody who is not on the bus yet, signed with one of the keys that it registers.</summary>
    /// <param name="jws">Compact JWS of the type <see cref="SignedDocument.OnboardingType"/>, at most 96 KiB.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>too-large</c>, <c>malformed-envelope</c>, <c>unsupported-profile</c>, <c>signature-invalid</c>,
    /// <c>invalid-request</c>, <c>registry-invalid</c>, <c>registry-conflict</c> (the system is there already), <c>proof-invalid</c>,
    /// <c>rate-limited</c>.</exception>
    public async ValueTask<ChangeOutcome> RequestAsync(ReadOnlyMemory<byte> jws, CancellationToken cancellationToken = default)
    {
        const int most = OnboardingRequest.MaxBytes * 3 / 2;
        if (jws.Length > most) throw ProblemCode.TooLarge.With($"The signed request has {jws.Length} bytes; the limit is {most}.");
        var signed = SignedDocument.Parse(jws, SignedDocument.OnboardingType);
        var request = OnboardingRequest.Read(signed.Payload.Span);
        if (request.Name is null || !request.Keys.TryGetValue(signed.KeyId, out var key))
            throw ProblemCode.KeyUnknown.With($"The request is signed with the key '{signed.KeyId}', which is not among the keys that it registers for {request.System} (a new system also needs a 'name').");
        var mistakes = new Mistakes();
        var record = ObjectForms.Read(RegistrySections.Keys, $"{request.System} {signed.KeyId}", key.DeepClone().AsObject(), mistakes) as OwnedKey;
        mistakes.ThrowIfAny();
        signed.Verify(record!.Key.Key);
        return await ProposeAsync(request, OnboardingPolicy.Applicant(request.System), vouched: false, cancellationToken);
    }

    /// <summary>Takes the request of a registered system: for another system of its agency, or for more services for itself.</summary>
    /// <param name="request">The request.</param>
    /// <param name="system">The asking system, as its token proves.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>outside-subtree</c> for another agency, and as with the signed form.</exception>
    public ValueTask<ChangeOutcome> RequestAsync(OnboardingRequest request, SystemAddress system, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.System.Agency != system.Agency) throw ProblemCode.OutsideSubtree.With($"{system} asks for {request.System}, which belongs to another agency.");
        if (request.Name is null && request.System != system) throw ProblemCode.InvalidRequest.With($"A new system needs a 'name'; without one {system} asks for itself, not for {request.System}.");
        return ProposeAsync(request, new RegistryActor(system.ToString(), System: system), vouched: true, cancellationToken);
    }

    /// <summary>What became of a request.</summary>
    /// <exception cref="ProblemException"><c>not-found</c>.</exception>
    public async ValueTask<OnboardingStatus> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        var record = await store.FindProposalAsync(id, cancellationToken);
        if (record is not { Kind: "onboarding" }) throw ProblemCode.NotFound.With($"There is no request '{id}'.");
        var proposal = Proposal.Read(record);
        var expired = proposal.State == "pending" && proposal.Expires <= clock.GetUtcNow();
        return new OnboardingStatus(
            proposal.Id, expired ? "expired" : proposal.State, (string?)proposal.Request?["system"] ?? "", proposal.Created, proposal.Expires,
            proposal.State == "pending" && !expired ? proposal.Missing : [], proposal.End?.Time, proposal.End?.Reason);
    }

    private ValueTask<ChangeOutcome> ProposeAsync(OnboardingRequest request, RegistryActor actor, bool vouched, CancellationToken cancellationToken)
    {
        if (request.Hub != keys.Address) throw ProblemCode.InvalidRequest.With($"The request is for the hub {request.Hub}; this is {keys.Address}.");
        var patch = OnboardingPolicy.ToPatch(request);
        if (patch.Changes.Count == 0) throw ProblemCode.InvalidRequest.With("The request asks for nothing: name a new system with its keys, or services.");
        var origin = new Origin("onboarding")
        {
            Needs = OnboardingPolicy.Needs(request, vouched, registry.Current, clock.GetUtcNow()),
            Request = new JsonObject { ["system"] = request.System.ToString(), ["contact"] = request.Contact },
        };
        return registry.ProposeAsync(patch, actor, origin, cancellationToken);
    }
}
