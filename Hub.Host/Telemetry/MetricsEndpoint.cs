using Hub.Contracts.Problems;
using Hub.Host.Api;

namespace Hub.Host.Telemetry;

/// <summary><c>/metrics</c>: OpenMetrics text. Gauges of the store are read when asked.</summary>
internal static class MetricsEndpoint
{
    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ShowAsync)
        .WithTags("Health").WithName("metrics").WithSummary("Metrics in OpenMetrics text")
        .WithDescription("Open to everybody. What tells systems apart (the label 'system') is shown only to operators and auditors of the whole hub, and to who shows the hub's metrics token.")
        .Produces<string>(StatusCodes.Status200OK, "application/openmetrics-text").ProducesProblems(ProblemCode.Unauthenticated);

    private static async Task ShowAsync(HttpContext context, MetricsRegistry metrics, HubGauges gauges, MetricsAccess access)
    {
        var systems = access.SeesSystems(context);
        await gauges.RefreshAsync(context.RequestAborted);
        context.Response.ContentType = OpenMetricsText.MediaType;
        await context.Response.WriteAsync(metrics.Write(systems), context.RequestAborted);
    }
}
