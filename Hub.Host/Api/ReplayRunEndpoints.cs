using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Delivery.Runs;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator/replay-runs</c>: many dead deliveries, step by step.</summary>
internal static class ReplayRunEndpoints
{
    private const int MaxRate = 1_000;
    private const int MaxMinutes = 24 * 60;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/operator/replay-runs", PreviewAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("previewReplayRun").WithSummary("Count the dead deliveries that pass a filter, and keep them as a run to be started")
            .WithDescription("Nothing is set going yet. The run takes only what is dead now and untouched when it comes to it: what dies later, or was replayed meanwhile, is not its own.")
            .Accepts<ReplayRunRequest>("application/json").Produces<ReplayRunView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree);
        routes.MapGet("/api/v1/operator/replay-runs", ListAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("listReplayRuns").WithSummary("Replay runs, newest first")
            .Produces<ListView<ReplayRunView>>().ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree);
        routes.MapGet("/api/v1/operator/replay-runs/{id}", ShowAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("showReplayRun").WithSummary("A replay run and how far it is")
            .Produces<ReplayRunView>().ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound);
        Change(routes, "start", "startReplayRun", "Start a previewed run", static (runs, id, actor, cancellationToken) => runs.StartAsync(id, actor, resume: false, cancellationToken));
        Change(routes, "stop", "stopReplayRun", "Stop a run: nothing more is set going", static (runs, id, actor, cancellationToken) => runs.StopAsync(id, actor, cancellationToken));
        Change(routes, "resume", "resumeReplayRun", "Let a stopped run go on", static (runs, id, actor, cancellationToken) => runs.StartAsync(id, actor, resume: true, cancellationToken));
    }

    private static void Change(
        IEndpointRouteBuilder routes, string verb, string name, string summary, Func<ReplayRuns, string, string, CancellationToken, ValueTask<ReplayRun>> change) =>
        routes.MapPost($"/api/v1/operator/replay-runs/{{id}}/{verb}", async (HttpContext context, string id, ReplayRuns runs) =>
            {
                var caller = Require(context);
                return Results.Json(ReplayRunView.Of(await change(runs, id, caller.Actor, context.RequestAborted)), HubJson.Options);
            })
            .RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName(name).WithSummary(summary)
            .Produces<ReplayRunView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound);

    private static async Task<IResult> PreviewAsync(HttpContext context, ReplayRuns runs)
    {
        var caller = Require(context);
        var request = await HubJson.ReadAsync<ReplayRunRequest>(context);
        var (run, sample) = await runs.PreviewAsync(FilterOf(request), PaceOf(request), caller.Actor, context.RequestAborted);
        return Results.Json(ReplayRunView.Of(run, sample), HubJson.Options);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ReplayRuns runs)
    {
        Require(context);
        return Results.Json(new ListView<ReplayRunView>([.. (await runs.ListAsync(context.RequestAborted)).Select(static run => ReplayRunView.Of(run))], null), HubJson.Options);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, string id, ReplayRuns runs)
    {
        Require(context);
        return Results.Json(ReplayRunView.Of(await runs.FindAsync(id, context.RequestAborted)), HubJson.Options);
    }

    private static Caller Require(HttpContext context)
    {
        var caller = context.Caller();
        caller.RequireEverywhere("a replay run (single deliveries can be replayed)");
        return caller;
    }

    private static ReplayFilter FilterOf(ReplayRunRequest request)
    {
        var (recipient, problem) = (QueryText.Address(request.Recipient, "recipient"), request.Problem);
        if (request.Group is { } group)
        {
            if (recipient is not null || problem is not null) throw QueryText.Bad("group", group, "a group instead of recipient and problem, not beside them");
            if (!DeadGroup.TryParseKey(group, out var system, out problem)) throw QueryText.Bad("group", group, "a group such as H06.40/qlvb:recipient-failed");
            recipient = system;
        }

        if (problem is { Length: 0 or > 100 }) throw QueryText.Bad("problem", problem, "a problem code such as recipient-failed");
        var type = request.Type is null ? (MessageType?)null : MessageType.TryParse(request.Type, out var parsed) ? parsed : throw QueryText.Bad("type", request.Type, "a message type such as vn.document.v1");
        return new ReplayFilter(recipient, problem, type, QueryText.Instant(request.Since, "since"), QueryText.Instant(request.Until, "until"));
    }

    private static ReplayPace PaceOf(ReplayRunRequest request)
    {
        if (request.Rate is < 1 or > MaxRate) throw QueryText.Bad("rate", $"{request.Rate}", $"1 to {MaxRate} deliveries a second");
        if (request.Share is < 1 or > 100) throw QueryText.Bad("share", $"{request.Share}", "1 to 100 percent");
        if (request.PatienceMinutes is < 1 or > MaxMinutes) throw QueryText.Bad("patienceMinutes", $"{request.PatienceMinutes}", $"1 to {MaxMinutes} minutes");
        return new ReplayPace(request.Rate, request.Canary, request.Share, TimeSpan.FromMinutes(request.PatienceMinutes));
    }
}
