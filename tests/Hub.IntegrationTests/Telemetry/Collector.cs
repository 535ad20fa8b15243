using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hub.IntegrationTests.Telemetry;

/// <summary>A span as the collector got it.</summary>
internal sealed record CollectedSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes, bool IsError);

/// <summary>An OpenTelemetry collector: takes OTLP over HTTP and remembers names.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    internal ConcurrentQueue<CollectedSpan> Spans { get; } = new();

    internal ConcurrentDictionary<string, bool> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>Attributes of who sends.</summary>
    internal IReadOnlyDictionary<string, string> Resource { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Answers in place of the collector when set.</summary>
    internal Func<HttpContext, Task>? Interfere { get; set; }

    internal Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    internal static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._app.MapPost("/v1/traces", context => collector.TakeAsync(context, collector.TakeSpans));
        collector._app.MapPost("/v1/metrics", context => collector.TakeAsync(context, collector.TakeMetrics));
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Waits for spans until they are enough.</summary>
    internal async Task<IReadOnlyList<CollectedSpan>> UntilAsync(Func<IReadOnlyList<CollectedSpan>, bool> enough)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            CollectedSpan[] spans = [.. Spans];
            if (enough(spans)) return spans;
            Assert.That(patience.IsCancellationRequested, Is.False, $"only these came: {string.Join(", ", spans.Select(static s => s.Name))}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context, Action<ProtobufFields> take)
    {
        if (Interfere is { } interfere)
        {
            await interfere(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        take(new ProtobufFields(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    // ExportTraceServiceRequest.resource_spans.scope_spans.spans
    private void TakeSpans(ProtobufFields request)
    {
        foreach (var one in request.Messages(1))
        {
            Resource = one.Messages(1).Single().Attributes(1);
            foreach (var span in one.Messages(2).SelectMany(static scope => scope.Messages(2)))
                Spans.Enqueue(new CollectedSpan(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Attributes(9), span.Messages(15).Any(static status => status.Number(3) == 2)));
        }
    }

    // ExportMetricsServiceRequest.resource_metrics.scope_metrics.metrics
    private void TakeMetrics(ProtobufFields request)
    {
        foreach (var metric in request.Messages(1).SelectMany(static one => one.Messages(2)).SelectMany(static scope => scope.Messages(2))) Metrics[metric.Text(1)] = true;
    }
}
