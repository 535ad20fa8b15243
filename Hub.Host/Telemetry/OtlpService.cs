using System.Diagnostics.Metrics;
using Hub.Core.Nodes;
using Hub.Core.Tracing;
using Hub.Host.Composition;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hub.Host.Telemetry;

/// <summary>Sends metrics every 15 s and traces to an OpenTelemetry collector (OTLP, http/protobuf).</summary>
/// <remarks>Failure policy: everything is sent beside the hub's work, on threads of its own. A collector that is away, slow or refuses
/// costs spans, which are counted, and nothing else. Only the command line configures it: the environment variables of OpenTelemetry
/// are not read.</remarks>
internal sealed class OtlpService(NodeOptions options, NodePart part, HubGauges gauges, ILogger<OtlpService> log) : BackgroundService
{
    private const int TimeoutMilliseconds = 5_000;
    private const int LastMilliseconds = 2_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly CollectorStanding _standing = new(options.Otlp!, log);
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(3) };
    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateEmpty().AddService("hub", serviceVersion: part.Card.Version, serviceInstanceId: part.Card.Name, autoGenerateServiceInstanceId: false);
        var room = new SpanRoom();
        _traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(static services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()))
            .SetResourceBuilder(resource)
            .AddSource(MessageTrace.SourceName)
            .SetSampler(Sampler(options.OtlpSample))
            .AddProcessor(new SpanQueue(room, new CountedTraceExporter(To("traces"), room, _standing)))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(static services => services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()))
            .SetResourceBuilder(resource)
            .AddMeter(WantedInstruments.Meters)
            .AddView(ViewOf)
            .AddReader(new PeriodicExportingMetricReader(new CountedMetricExporter(To("metrics"), _standing), (int)Interval.TotalMilliseconds, TimeoutMilliseconds))
            .Build();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // What is left is sent, if the collector takes it at once.
        await Task.WhenAll(Task.Run(() => _traces?.Shutdown(LastMilliseconds), CancellationToken.None), Task.Run(() => _metrics?.Shutdown(LastMilliseconds), CancellationToken.None));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        _handler.Dispose();
        base.Dispose();
    }

    /// <summary>Looks at what the next export tells.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do await gauges.RefreshAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping ends it.
        }
    }

    /// <summary>A share of the traces, by a secret of this process; what was begun is followed.</summary>
    private static ParentBasedSampler Sampler(double share)
    {
        var some = new KeyedSampler(share);
        return new ParentBasedSampler(some, remoteParentSampled: new AlwaysOnSampler(), remoteParentNotSampled: some);
    }

    private static MetricStreamConfiguration? ViewOf(Instrument instrument)
    {
        if (!WantedInstruments.Contain(instrument)) return MetricStreamConfiguration.Drop;
        if (!instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal)) return null;
        return new ExplicitBucketHistogramConfiguration { Boundaries = instrument.Unit == "s" ? MetricFamily.Durations : MetricFamily.Counts };
    }

    private OtlpExporterOptions To(string signal) => new()
    {
        Endpoint = OtlpAddress.Of(options.Otlp!, signal),
        Protocol = OtlpExportProtocol.HttpProtobuf,
        Headers = null,
        TimeoutMilliseconds = TimeoutMilliseconds,
        HttpClientFactory = () => new HttpClient(_handler, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(TimeoutMilliseconds) },
    };
}
