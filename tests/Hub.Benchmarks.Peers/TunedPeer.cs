using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>The peer as a team would have it that measures and knows MassTransit well: messages are sent past the exchange of their type,
/// as raw JSON without MassTransit's envelope and without reflection, over one pool of connections to the recipients.</summary>
internal static class TunedPeer
{
    internal static WebApplication Build(PeerSettings settings)
    {
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
        return app.WithHealth();
    }
}
