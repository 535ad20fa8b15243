using Hub.Host.Api;
using Hub.Host.Api.Problems;
using Hub.Host.Api.Registry;
using Hub.Host.Composition.Stores;
using Hub.Host.Identity;
using Hub.Host.Pages;
using Hub.Host.Telemetry;
using Microsoft.AspNetCore.HttpOverrides;

namespace Hub.Host.Composition;

/// <summary>Builds the web application of a node: services, pipeline, endpoints.</summary>
internal static class NodeApplication
{
    /// <summary>Time for requests and deliveries in flight to end or go back to the queue. The dispatcher needs at most 29 s;
    /// the whole stop at most 30 s.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(29);

    internal static WebApplication Build(NodeOptions options, DataFolder folder, StoreChoice store)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = [],
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        // Only the command line configures a hub: no setting may sneak in from the environment.
        builder.Configuration.Sources.Clear();
        SetUpLogging(builder.Logging, options);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => KestrelSetup.Configure(kestrel, options, folder));
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.Configure<HostOptions>(static host =>
        {
            host.ShutdownTimeout = DrainTime;
            // One after the other, a slow request would use up the time that deliveries in flight need.
            host.ServicesStopConcurrently = true;
        });
        builder.Services.AddHub(options, folder, store).AddHubHttp();
        var app = builder.Build();
        if (options.PublicUrl is not null) TrustProxies(app, options);
        Use(app);
        return app;
    }

    /// <summary>With a public address a proxy stands in front, on this machine or where the options say: it alone may say whose request
    /// it passes on, so that one source cannot use up the share of all. Requests from elsewhere are taken at their own address.</summary>
    private static void TrustProxies(WebApplication app, NodeOptions options)
    {
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = 1 };
        foreach (var proxy in options.TrustedProxies) forwarded.KnownIPNetworks.Add(NodeOptions.Network(proxy)!.Value);
        app.UseForwardedHeaders(forwarded);
    }

    private static void Use(WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<RequestTracing>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseRateLimiter();
        app.UseMiddleware<CallerMiddleware>();
        MessageEndpoints.Map(app);
        CancelEndpoint.Map(app);
        MessageContentEndpoints.Map(app);
        ReceiptEndpoints.Map(app);
        MailboxEndpoints.Map(app);
        SystemsWatchEndpoints.Map(app);
        RequestEndpoints.Map(app);
        ServiceSchemaEndpoint.Map(app);
        UploadEndpoints.Map(app);
        OperatorEndpoints.Map(app);
        NodeEndpoints.Map(app);
        BackupEndpoints.Map(app);
        OperatorMessageEndpoints.Map(app);
        DeadLetterEndpoints.Map(app);
        ReplayRunEndpoints.Map(app);
        RegistryEndpoints.Map(app);
        KeyEndpoints.Map(app);
        ChangeEndpoints.Map(app);
        ProposalEndpoints.Map(app);
        HistoryEndpoints.Map(app);
        OnboardingEndpoints.Map(app);
        ResolveEndpoints.Map(app);
        ExplainEndpoints.Map(app);
        ExpiringEndpoints.Map(app);
        RehearsalEndpoints.Map(app);
        TokenEndpoint.Map(app);
        LogEndpoints.Map(app);
        ProblemEndpoints.Map(app);
        HealthEndpoints.Map(app);
        MetricsEndpoint.Map(app);
        OpenApiSetup.Map(app);
        HomePage.Map(app);
        DocsPage.Map(app);
    }

    private static void SetUpLogging(ILoggingBuilder logging, NodeOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // While this category may log anything, the server makes an Activity and a logging scope for every request: nothing
        // here reads either. Traces of refusals come from ProblemMiddleware.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // A start that fails is told in one sentence by the command; what a background service dies of is critical, and stays.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (options.JsonLog)
        {
            logging.AddJsonConsole(static console =>
            {
                // Scopes hold the path, and with it whatever a caller wrote there.
                console.IncludeScopes = false;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        }

        // stdout belongs to results: logs of every level go to stderr.
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(static console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            // A slow terminal must not slow the bus: drop lines rather than block, and count them.
            console.QueueFullMode = Microsoft.Extensions.Logging.Console.ConsoleLoggerQueueFullMode.DropWrite;
        });
    }
}
