using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>/api/v1/changes/proposals</c>: what waits for approval, and what became of it.</summary>
internal static class ProposalEndpoints
{
    private static readonly string[] States = ["pending", "applied", "rejected", "withdrawn", "expired"];

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/changes/proposals", ListAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Changes").WithName("listProposals").WithSummary("Proposals, newest first")
            .WithDescription("A system sees its own and those that wait for its agency as provider; an operator or auditor with a subtree those that concern it. A page may be short and still have 'next'.")
            .Produces<ListView<ProposalView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated);
        routes.MapGet("/api/v1/changes/proposals/{id}", OneAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Changes").WithName("getProposal").WithSummary("A proposal: what it changes, who must agree, who did").WithDescription("The ETag changes with every step.")
            .Produces<ProposalView>().ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound);
        routes.MapPost("/api/v1/changes/proposals/{id}/approve", ApproveAsync).RequireScope(RegistryEndpoints.Writers)
            .WithTags("Changes").WithName("approveProposal").WithSummary("Approve a proposal; the last approval missing puts it in force")
            .WithDescription("As an operator other than the proposer, with your own key; or as a system of the provider's agency.")
            .Accepts<DecisionRequest>("application/json").Produces<OutcomeView>().Produces<OutcomeView>(StatusCodes.Status202Accepted)
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.ProposalClosed, ProblemCode.RegistryConflict, ProblemCode.RegistryInvalid);
        routes.MapPost("/api/v1/changes/proposals/{id}/reject", RejectAsync).RequireScope(RegistryEndpoints.Writers)
            .WithTags("Changes").WithName("rejectProposal").WithSummary("Reject a proposal, or withdraw your own").WithDescription("Asks for a reason of 1 to 500 characters, which stands in the log.")
            .Accepts<DecisionRequest>("application/json").Produces<ProposalView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.ProposalClosed);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IHubStore store, IRegistry registry, TimeProvider clock, string? state, string? cursor, int? limit)
    {
        if (state is not null && !States.Contains(state, StringComparer.Ordinal)) throw QueryText.Bad(nameof(state), state, string.Join(", ", States));
        var caller = context.Caller();
        var moment = new RegistryMoment(registry.Current, clock.GetUtcNow());
        var page = await store.ListProposalsAsync(state, cursor, QueryText.Limit(limit), context.RequestAborted);
        return Results.Json(
            new ListView<ProposalView>([.. page.Items.Select(Proposal.Read).Where(p => Sees(caller, moment, p)).Select(p => ProposalView.Of(p, moment, withChanges: false))], page.Next),
            HubJson.Options);
    }

    private static async Task<IResult> OneAsync(HttpContext context, string id, IHubStore store, IRegistry registry, TimeProvider clock)
    {
        var moment = new RegistryMoment(registry.Current, clock.GetUtcNow());
        return Results.Json(ProposalView.Of(await FindAsync(context, id, store, moment), moment, withChanges: true), HubJson.Options);
    }

    private static async Task<IResult> ApproveAsync(HttpContext context, string id, IRegistryChanges changes, IHubStore store, IRegistry registry, TimeProvider clock)
    {
        var request = await HubJson.ReadAsync<DecisionRequest>(context, emptyAllowed: true);
        await FindAsync(context, id, store, new RegistryMoment(registry.Current, clock.GetUtcNow()));
        return RegistryWrites.Answer(context, await changes.ApproveAsync(id, context.Caller().ToRegistryActor(), request.Reason ?? MessageReads.ReasonOf(context), context.RequestAborted));
    }

    private static async Task<IResult> RejectAsync(HttpContext context, string id, IRegistryChanges changes, IHubStore store, IRegistry registry, TimeProvider clock)
    {
        var request = await HubJson.ReadAsync<DecisionRequest>(context, emptyAllowed: true);
        var moment = new RegistryMoment(registry.Current, clock.GetUtcNow());
        await FindAsync(context, id, store, moment);
        var reason = request.Reason ?? MessageReads.ReasonOf(context) ?? throw ProblemCode.InvalidRequest.With("A rejection asks for a reason: send {\"reason\": \"…\"}. The proposer reads it.");
        await changes.RejectAsync(id, context.Caller().ToRegistryActor(), reason, context.RequestAborted);
        return Results.Json(ProposalView.Of(await FindAsync(context, id, store, moment), moment, withChanges: false), HubJson.Options);
    }

    private static async ValueTask<Proposal> FindAsync(HttpContext context, string id, IHubStore store, RegistryMoment moment) =>
        await store.FindProposalAsync(id, context.RequestAborted) is { } record && Proposal.Read(record) is var proposal && Sees(context.Caller(), moment, proposal)
            ? proposal
            : throw ProblemCode.NotFound.With("There is no such proposal that you may see.");

    /// <summary>Proposers see their own; providers what waits or waited for them; others what they see every object of.</summary>
    private static bool Sees(Caller caller, RegistryMoment moment, Proposal proposal)
    {
        if (caller is { System: null, Under: null } || proposal.Actor.Name == caller.Actor) return true;
        if (caller.System is { } system) return proposal.Needs.Any(n => n.Agency == system.Agency) || proposal.Actor.System == system;
        var sight = RegistryReads.SightOf(caller, moment);
        return proposal.Needs.Any(n => n.Agency is { } agency && sight.Holds(agency))
            || proposal.Patch.Changes.All(c => RegistryObjects.Find(moment.Registry, c.Section, c.Id) is { } record ? sight.Sees(record) : sight.SeesRemoved(c.Section, c.Id));
    }
}

/// <summary>Why somebody approves or rejects.</summary>
internal sealed class DecisionRequest
{
    /// <summary>Why, at most 500 characters; stands in the log.</summary>
    public string? Reason { get; init; }
}

/// <summary>A change that waits for approval, or what became of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Kind"><c>change</c>, <c>import</c> or <c>onboarding</c>.</param>
/// <param name="State"><c>pending</c>, <c>applied</c>, <c>rejected</c>, <c>withdrawn</c> or <c>expired</c>.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">Until when it waits.</param>
/// <param name="Actor">Who proposes.</param>
/// <param name="Reason">Why.</param>
/// <param name="Version">Version of the registry when it was made.</param>
/// <param name="Needs">All approvals that it needs.</param>
/// <param name="Missing">Those that are still missing.</param>
/// <param name="Approvals">Those that were given.</param>
/// <param name="End">How it ended.</param>
/// <param name="Objects">What it changes, by name.</param>
/// <param name="Changes">What it changes, in full with what is in force now; of one proposal only.</param>
/// <param name="Request">What an applicant asked for.</param>
internal sealed record ProposalView(
    string Id, string Kind, string State, DateTimeOffset Created, DateTimeOffset Expires, string Actor, string? Reason, long Version,
    IReadOnlyList<NeedView> Needs, IReadOnlyList<NeedView> Missing, IReadOnlyList<ApprovalView> Approvals, ProposalEndView? End,
    IReadOnlyList<string> Objects, IReadOnlyList<ProposedChangeView>? Changes, JsonNode? Request)
{
    private const int MaxNamed = 50;

    internal static ProposalView Of(Proposal proposal, RegistryMoment moment, bool withChanges) => new(
        proposal.Id, proposal.Kind, proposal.State, proposal.Created, proposal.Expires, proposal.Actor.Name, proposal.Patch.Reason, proposal.Version,
        [.. proposal.Needs.Select(NeedView.Of)], [.. proposal.Missing.Select(NeedView.Of)],
        [.. proposal.Approvals.Select(static a => new ApprovalView(a.By, a.Time, a.Reason))],
        proposal.End is { } end ? new ProposalEndView(end.By, end.Time, end.Reason, end.Version) : null,
        [.. proposal.Patch.Changes.Take(MaxNamed).Select(static c => $"{c.Section} {c.Id}")],
        withChanges ? [.. proposal.Patch.Changes.Select(c => ProposedChangeView.Of(c, moment.Registry))] : null,
        proposal.Request?.DeepClone());
}

/// <summary>One change that is proposed.</summary>
/// <param name="Section">Section.</param>
/// <param name="Id">What names the object.</param>
/// <param name="Now">What it says now; missing when there is none.</param>
/// <param name="Value">What it would say; missing when it would be removed.</param>
internal sealed record ProposedChangeView(string Section, string Id, JsonNode? Now, JsonNode? Value)
{
    internal static ProposedChangeView Of(ObjectChange change, RegistrySnapshot registry) => new(
        change.Section, change.Id,
        RegistryObjects.Find(registry, change.Section, change.Id) is { } record && RegistryObjects.Of(record).Json is { } json ? JsonNode.Parse(json) : null,
        change.Value?.DeepClone());
}

/// <summary>An approval.</summary>
/// <param name="By">Who gave it.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Why.</param>
internal sealed record ApprovalView(string By, DateTimeOffset Time, string? Reason);

/// <summary>How a proposal ended.</summary>
/// <param name="By">Who ended it.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Version">The version that it made.</param>
internal sealed record ProposalEndView(string By, DateTimeOffset Time, string? Reason, long? Version);
