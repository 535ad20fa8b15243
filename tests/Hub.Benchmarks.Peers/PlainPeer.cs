using MassTransit;

namespace Hub.Benchmarks.Peers;

/// <summary>The peer as MassTransit's documentation shows it: a record is published, the default JSON envelope carries it, exchanges and
/// bindings are MassTransit's own, the consumer pushes with <see cref="IHttpClientFactory"/>. Publisher confirms, persistent messages and
/// durable queues are its defaults.</summary>
/// <remarks>What is not a default: the quorum queue; retries; and the prefetch count, which is the concurrency, too, since no
/// <c>ConcurrentMessageLimit</c> is set. The default is the greater of 16 and twice the processors; the documentation advises more where
/// consumers wait long, and here it is the number of pushes that the hub has under way.</remarks>
internal static class PlainPeer
{
    internal static WebApplication Build(PeerSettings settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls(settings.Url);
        builder.Services.AddSingleton(settings).AddSingleton<DocumentVerifier>();
        builder.Services.AddHttpClient();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<AcceptedDocumentConsumer>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host("127.0.0.1", (ushort)settings.RabbitPort, "/", host =>
                {
                    host.Username("guest");
                    host.Password("guest");
                });
                rabbit.ReceiveEndpoint("documents", endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.PrefetchCount = settings.InFlight;
                    endpoint.UseMessageRetry(retry => retry.Exponential(5, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500)));
                    endpoint.ConfigureConsumer<AcceptedDocumentConsumer>(context);
                });
            });
        });

        var app = builder.Build();
        app.MapPost("/api/v1/messages", async (HttpRequest request, DocumentVerifier verifier, IPublishEndpoint bus, CancellationToken cancellationToken) =>
        {
            var octets = await RequestBody.ReadAsync(request, cancellationToken);
            if (verifier.Verify(octets) is not { } document) return Results.Unauthorized();
            foreach (var accepted in AcceptedDocument.Of(document, octets)) await bus.Publish(accepted, cancellationToken);
            return Results.Accepted();
        });
        return app.WithHealth();
    }
}
