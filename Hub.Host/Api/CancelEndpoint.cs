using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/messages/{key}/cancel</c>: takes a message back as far as nobody has it.</summary>
internal static class CancelEndpoint
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/messages/{key}/cancel", CancelAsync).RequireScope(Scopes.System | Scopes.Operator)
            .WithTags("Messages").WithName("cancelMessage").WithSummary("Take a message back from those who do not have it yet")
            .WithDescription("By its sender, or by an operator, who gives a reason. Deliveries that nobody holds (queued, also after failed attempts; dead) are cancelled; those claimed, delivered or ended stay as they are and are listed. Recipients are not told. May be called again.")
            .Accepts<ReasonRequest>("application/json").Produces<CancelView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound);

    private static async Task<IResult> CancelAsync(HttpContext context, string key, MessageReads reads, Cancellations cancellations)
    {
        var caller = context.Caller();
        var reason = (await HubJson.ReadAsync<ReasonRequest>(context, emptyAllowed: true)).Reason?.Trim();
        if (reason is not null || caller.System is null) ReasonRequest.Check(reason, "why it is taken back");
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        if (visible.IsPart)
        {
            throw caller.System is { } system
                ? ProblemCode.NotAllowed.With($"{key} was not sent by {system}; only its sender takes a message back.")
                : ProblemCode.OutsideSubtree.With($"'{caller.Actor}' acts under {caller.Under}; the sender of {key} stands outside, and taking it back concerns every recipient.");
        }

        var done = await cancellations.CancelAsync(visible.Message.Key, caller.Actor, reason, context.RequestAborted);
        return Results.Json(
            new CancelView(
                key,
                [.. done.Deliveries.Where(d => done.Cancelled.Contains(d.Id)).Select(DeliveryView.Of)],
                [.. done.Deliveries.Where(d => !done.Cancelled.Contains(d.Id)).Select(DeliveryView.Of)]),
            HubJson.Options);
    }
}

/// <summary>What taking a message back did.</summary>
/// <param name="Key">The message.</param>
/// <param name="Cancelled">Deliveries that were cancelled.</param>
/// <param name="Stays">The others, as they are: claimed, delivered, or ended before.</param>
internal sealed record CancelView(string Key, IReadOnlyList<DeliveryView> Cancelled, IReadOnlyList<DeliveryView> Stays);
