using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Api;

namespace Hub.Host.Telemetry;

/// <summary><c>/metrics</c>: OpenMetrics text. Gauges of the store are read when asked.</summary>
internal static class MetricsEndpoint
{
    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ShowAsync)
        .WithTags("Health").WithName("metrics").WithSummary("Metrics in OpenMetrics text").Produces<string>(StatusCodes.Status200OK, "application/openmetrics-text");

    private static async Task ShowAsync(HttpContext context, MetricsRegistry metrics, IHubStore store, GroupCommitter committer, IRegistry registry, BodyBudget budget, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget outgoing, TimeProvider clock)
    {
        var statistics = await store.ReadStatisticsAsync(context.RequestAborted);
        var note = await store.FindCheckpointAsync(cancellationToken: context.RequestAborted);
        List<MetricFamily> families = [.. metrics.Read()];
        families.Add(Gauge("hub_store_messages", "Messages in the store.", statistics.Messages));
        families.Add(Gauge("hub_store_writable", "1 while the hub can commit, 0 when it must be started again.", committer.WritesRefused is null ? 1 : 0));
        var deliveries = new MetricFamily("hub_store_deliveries", MetricKind.Gauge, null, "Deliveries in the store, by state.");
        foreach (var state in Enum.GetValues<DeliveryState>())
            deliveries.Record(statistics.Deliveries.GetValueOrDefault(state), [new("state", state.ToString().ToLowerInvariant())]);
        families.Add(deliveries);
        var waiting = statistics.OldestQueued is { } oldest ? Math.Max(0, (clock.GetUtcNow() - oldest).TotalSeconds) : 0;
        families.Add(new MetricFamily("hub_oldest_queued_seconds", MetricKind.Gauge, "seconds", "How long the oldest queued delivery has been due."));
        families[^1].Record(waiting, []);
        families.Add(Gauge("hub_log_size", "Entries in the log.", note is null ? 0 : Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size));
        families.Add(Gauge("hub_registry_version", "Version of the registry in force.", registry.Current.Version));
        families.Add(Gauge("hub_body_budget_free_bytes", "Memory left for request bodies.", budget.Free));
        families.Add(Gauge("hub_answer_budget_free_bytes", "Memory left for large answers.", outgoing.Free));
        context.Response.ContentType = OpenMetricsText.MediaType;
        await context.Response.WriteAsync(OpenMetricsText.Write(families), context.RequestAborted);
    }

    private static MetricFamily Gauge(string name, string help, double value)
    {
        var family = new MetricFamily(name, MetricKind.Gauge, null, help);
        family.Record(value, []);
        return family;
    }
}
