using System.Text;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Changes;

namespace Hub.Core.Registry;

/// <content>Changes that wait for a second person.</content>
public sealed partial class RegistryService
{
    /// <inheritdoc/>
    public ValueTask<ChangeOutcome> ApproveAsync(string proposal, RegistryActor actor, string? reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        CheckReason(reason);
        return AloneAsync(
            async () =>
            {
                var now = Now();
                var waiting = ApprovalPolicy.AsOf(await FindPendingAsync(proposal, now, cancellationToken), _basis, now);
                if (ApprovalPolicy.PersonOf(actor) == ApprovalPolicy.PersonOf(waiting.Actor))
                    throw ProblemCode.NotAllowed.With($"{actor.Name} made the proposal {proposal}; somebody else has to approve it.");
                var fulfils = ApprovalPolicy.Fulfils(waiting, actor, _basis, now);
                if (fulfils.Count == 0)
                    throw ProblemCode.NotAllowed.With($"No approval by {actor.Name} is missing for the proposal {proposal}. Missing: {Missing(waiting)}. A registered operator in force approves with a key of his own, once.");
                var patch = await ReadAsync(waiting.Patch, cancellationToken);
                if (waiting.Kind != "onboarding") CheckSubtree(patch, waiting.Actor, now);
                if (fulfils.Any(i => waiting.Needs[i].By == ApprovalPolicy.Operator)) CheckSubtree(patch, actor, now);
                CheckProposer(waiting, now);
                await CheckProofsAsync(patch, new Origin(waiting.Kind), now, cancellationToken);
                var approved = waiting with { Approvals = [.. waiting.Approvals, new Approval(actor.Name, ApprovalPolicy.PersonOf(actor), now, reason, fulfils)] };
                return approved.Missing.Count > 0
                    ? await KeepAsync(approved, patch, actor, reason, now, cancellationToken)
                    : await ApplyAsync(approved, patch, now, cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask RejectAsync(string proposal, RegistryActor actor, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        CheckReason(reason);
        await AloneAsync(
            async () =>
            {
                var now = Now();
                var waiting = await FindPendingAsync(proposal, now, cancellationToken);
                var own = ApprovalPolicy.PersonOf(actor) == ApprovalPolicy.PersonOf(waiting.Actor);
                var named = actor.System is { } system && waiting.Needs.Any(n => n.By == ApprovalPolicy.Provider && n.Agency == system.Agency);
                if (!own && !named && actor.System is not null)
                    throw ProblemCode.NotAllowed.With($"{actor.Name} neither made the proposal {proposal} nor is asked to approve it.");
                if (!own && actor.Under is not null) CheckSubtree(await ReadAsync(waiting.Patch with { Changes = [.. waiting.Patch.Changes.Select(c => c with { IfMatch = null })] }, cancellationToken), actor, now);
                return await EndAsync(waiting, own ? "withdrawn" : "rejected", actor.Name, reason, now, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Ends proposals that have waited for longer than <see cref="Proposal.Patience"/>; call it now and then.</summary>
    /// <returns>How many.</returns>
    public ValueTask<int> ExpireProposalsAsync(CancellationToken cancellationToken = default) => AloneAsync(
        async () =>
        {
            var now = Now();
            if (_store.IsShared) await _pending.FollowAsync(_store, cancellationToken);
            var expired = _pending.Expired(now);
            foreach (var id in expired) await EndIfPendingAsync(id, "expired", null, now, cancellationToken);
            return expired.Count;
        },
        cancellationToken);

    private async ValueTask<ChangeOutcome> ProposeAsync(
        CheckedPatch patch, RegistryActor actor, string? reason, Origin origin, IReadOnlyList<ApprovalNeed> needs, CancellationToken cancellationToken)
    {
        await CheckPlaceAsync(PendingProposals.ApplicantOf(actor, origin.Request), cancellationToken);
        var now = Now();
        var proposal = new Proposal
        {
            Id = ProposalId.New(now), Kind = origin.Kind, Created = now, Actor = actor, Version = patch.Before.Version,
            Patch = patch.ToPatch(reason), Needs = needs, Request = origin.Request,
        };
        var record = proposal.ToRecord();
        var size = Encoding.UTF8.GetByteCount(record.Json);
        if (size > Proposal.MaxBytes)
            throw ProblemCode.TooLarge.With($"The change adds trust, so it has to wait for a second person, and as a proposal it has {size} bytes; the limit is {Proposal.MaxBytes}. Make it in parts, e.g. with 'hub onboard bulk'.");
        var entry = ChangeEntries.Proposed(proposal, patch);
        await CommitAsync(
            async scope =>
            {
                await scope.Transaction.WriteProposalAsync(record);
                return scope.Append(entry).Index;
            },
            cancellationToken);
        _pending.Add(proposal);
        LogProposal(proposal.Id, actor.Name, proposal.State);
        return new ChangeOutcome("pending", patch.Before.Version, proposal.Id, needs, patch.Changes, patch.Warnings);
    }

    /// <summary>Keeps an approval while others are missing.</summary>
    private async ValueTask<ChangeOutcome> KeepAsync(Proposal approved, CheckedPatch patch, RegistryActor actor, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var entry = ChangeEntries.Decided(approved, "approved", actor.Name, reason, now);
        var record = approved.ToRecord();
        await CommitAsync(
            async scope =>
            {
                await scope.Transaction.WriteProposalAsync(record);
                return scope.Append(entry).Index;
            },
            cancellationToken,
            approved);
        return new ChangeOutcome("pending", _basis.Version, approved.Id, approved.Missing, patch.Changes, patch.Warnings);
    }

    private async ValueTask<ChangeOutcome> ApplyAsync(Proposal approved, CheckedPatch patch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (patch.Differences.Count == 0)
        {
            await EndAsync(approved, "withdrawn", "hub", "The registry says all of it already.", now, cancellationToken);
            return new ChangeOutcome("unchanged", _basis.Version, approved.Id, [], [], patch.Warnings);
        }

        RegistryPast.CheckRemovals(patch, _codes);
        var by = string.Join(", ", approved.Approvals.Select(a => a.By).Distinct());
        await CommitAsync(patch, approved.Actor, by, approved.Patch.Reason, approved.Kind == "import", approved, cancellationToken: cancellationToken);
        return new ChangeOutcome("applied", patch.After.Version, approved.Id, [], patch.Changes, patch.Warnings);
    }

    private async ValueTask<Proposal> EndAsync(Proposal proposal, string state, string by, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = proposal with { State = state, End = new ProposalEnd(by, now, reason, null) };
        var entry = ChangeEntries.Decided(ended, state, by, reason, now);
        var record = ended.ToRecord();
        await CommitAsync(
            async scope =>
            {
                await scope.Transaction.WriteProposalAsync(record);
                return scope.Append(entry).Index;
            },
            cancellationToken,
            proposal);
        _pending.Remove(ended.Id);
        LogProposal(ended.Id, by, state);
        return ended;
    }

    private async ValueTask<Proposal> FindPendingAsync(string id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var record = await _store.FindProposalAsync(id, cancellationToken) ?? throw ProblemCode.NotFound.With($"There is no proposal '{id}'.");
        var proposal = Proposal.Read(record);
        if (proposal.State == "pending" && proposal.Expires <= now) proposal = await EndAsync(proposal, "expired", "hub", null, now, cancellationToken);
        return proposal.State == "pending" ? proposal : throw ProblemCode.ProposalClosed.With($"The proposal {id} is {proposal.State} since {proposal.End?.Time:u}.");
    }

    /// <summary>An operator who is none any more proposes nothing: two operators must stand behind a change when it is applied.</summary>
    private void CheckProposer(Proposal proposal, DateTimeOffset now)
    {
        if (proposal.Actor.Person is { } name && !ApprovalPolicy.IsOperator(proposal.Actor, _basis, now))
            throw ProblemCode.NotAllowed.With($"{name}, who made the proposal {proposal.Id}, is no operator in force any more. Reject it, and propose it afresh if it is still wanted.");
    }

    private static void CheckReason(string? reason)
    {
        if (reason?.Length > CheckedPatch.MaxReason) throw ProblemCode.InvalidRequest.With($"The reason has {reason.Length} characters; the limit is {CheckedPatch.MaxReason}.");
    }

    private static string Missing(Proposal proposal) => string.Join("; ", proposal.Missing.Select(n => n.Agency is { } agency ? $"{n.By} {agency}" : n.By));
}
