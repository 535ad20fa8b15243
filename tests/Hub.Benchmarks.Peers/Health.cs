using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>Tells the benchmark that the bus has its broker.</summary>
internal static class Health
{
    internal static WebApplication WithHealth(this WebApplication app)
    {
        app.MapGet("/health/ready", (IBusControl bus) =>
            bus.CheckHealth().Status == BusHealthStatus.Healthy ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        return app;
    }
}
