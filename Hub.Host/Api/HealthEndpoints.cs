using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>Whether the process lives, and whether it can serve.</summary>
internal static class HealthEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static () => Results.Json(new HealthView("live"), HubJson.Options))
            .WithTags("Health").WithName("live").WithSummary("The process answers").Produces<HealthView>();
        routes.MapGet("/health/ready", ReadyAsync)
            .WithTags("Health").WithName("ready").WithSummary("The node can accept: its store answers, its log is open, it holds its lease, its clock is right, it is not stopping")
            .Produces<HealthView>().ProducesProblems(ProblemCode.Unavailable);
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, Readiness readiness)
    {
        await readiness.RequireAsync(context.RequestAborted);
        return Results.Json(new HealthView("ready"), HubJson.Options);
    }
}

/// <summary>Health.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
internal sealed record HealthView(string Status);
