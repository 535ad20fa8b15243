using Hub.Core.Registry;
using Hub.Tests.Delivery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Hub.Tests.Push;

/// <summary>A request as the sink got it.</summary>
public sealed record SunkRequest(string Method, Uri Target, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A partner that is pushed to: a real HTTP server on loopback.</summary>
public sealed class PushSink : IPartner
{
    private readonly WebApplication _app;
    private readonly List<SunkRequest> _requests = [];

    private PushSink(WebApplication app) => _app = app;

    public ChannelSettings Channel => new("push", new Uri(_app.Urls.Single() + "/in?box=1"), AllowPrivate: true);

    public PartnerMood Mood { get; set; }

    /// <summary>Answers instead of what the mood says, when set.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public IReadOnlyList<SunkRequest> Requests => [.. _requests];

    public IReadOnlyList<byte[]> Received => [.. _requests.Select(r => r.Body)];

    public static async Task<PushSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var sink = new PushSink(app);
        app.Run(sink.HandleAsync);
        await app.StartAsync();
        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        lock (_requests)
        {
            _requests.Add(new SunkRequest(
                context.Request.Method, new Uri(context.Request.GetEncodedUrl()),
                context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body.ToArray()));
        }

        if (Answer is not null)
        {
            await Answer(context);
            return;
        }

        switch (Mood)
        {
            case PartnerMood.RefusesForBusinessReasons:
                await context.Response.WriteAsJsonAsync(new { outcome = "refused", status = "02", reason = "Sai nơi nhận" });
                break;
            case PartnerMood.RejectsForGood:
                context.Response.StatusCode = 422;
                await context.Response.WriteAsJsonAsync(new { title = "No", detail = "no such department" }, options: null, "application/problem+json");
                break;
            case PartnerMood.FailsForNow:
                context.Response.StatusCode = 503;
                break;
            case PartnerMood.NeverAnswers:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                context.Response.StatusCode = 204;
                break;
        }
    }
}
