using Hub.Contracts.Problems;
using Hub.Core.Registry.Rehearsal;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>GET /api/v1/operator/rehearsal</c>: what planned reorganisations will do to open traffic.</summary>
internal static class RehearsalEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/operator/rehearsal", RunAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("rehearse").WithSummary("What planned reorganisations will do until a date")
            .WithDescription($"'date' is a day (2027-07-01, from midnight in Vietnam) or an RFC 3339 time. Compares the registry in force at this instant and at that one: agencies, groups, rights of pairs with open traffic, and at most {RegistryRehearsal.MaxDeliveries} open deliveries of the systems concerned. Nothing is changed. Who acts within a subtree sees what concerns it.")
            .Produces<RehearsalReport>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated);

    private static async Task<IResult> RunAsync(HttpContext context, RegistryRehearsal rehearsal, string? date)
    {
        var caller = context.Caller();
        return Results.Json(await rehearsal.RunAsync(Read(date), caller.Under, context.RequestAborted), HubJson.Options);
    }

    private static DateTimeOffset Read(string? date) => QueryText.Instant(date, nameof(date))
        ?? throw QueryText.Bad(nameof(date), "", "a day such as 2027-07-01, or an RFC 3339 time");
}
