using Hub.Benchmarks.Peers;
using MassTransit;

var settings = PeerSettings.Load(args[0]);
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
builder.WebHost.UseUrls(settings.Url);
builder.Services.AddSingleton(settings).AddSingleton<DocumentVerifier>().AddSingleton<PushClient>().AddSingleton<Outbox>();
builder.Services.AddMassTransit(bus =>
{
    bus.AddConsumer<PushConsumer>();
    bus.UsingRabbitMq((context, rabbit) =>
    {
        rabbit.Host("127.0.0.1", (ushort)settings.RabbitPort, "/", host =>
        {
            host.Username("guest");
            host.Password("guest");
            host.PublisherConfirmation = true;
        });
        rabbit.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
        rabbit.ConfigureJsonSerializerOptions(options =>
        {
            options.TypeInfoResolverChain.Insert(0, PeerJson.Default);
            return options;
        });
        rabbit.ReceiveEndpoint(Outbox.Queue, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConcurrentMessageLimit = settings.InFlight;
            endpoint.PrefetchCount = settings.InFlight * 2;
            endpoint.UseMessageRetry(retry => retry.Exponential(5, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500)));
            endpoint.ConfigureConsumer<PushConsumer>(context);
        });
    });
});

var app = builder.Build();
app.MapPost("/api/v1/messages", async (HttpContext http, DocumentVerifier verifier, Outbox outbox) =>
{
    var octets = await RequestBody.ReadAsync(http.Request, http.RequestAborted);
    if (verifier.Verify(octets) is not { } header) return Results.Unauthorized();
    await outbox.SendAsync(header, octets, http.RequestAborted);
    return Results.Accepted();
});
app.MapGet("/health/ready", (IBusControl bus) =>
    bus.CheckHealth().Status == BusHealthStatus.Healthy ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
await app.RunAsync();
