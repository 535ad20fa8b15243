using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hub.IntegrationTests.Agencies;

/// <summary>A real HTTP server that takes pushes and remembers the SHA-256 of each message's octets.</summary>
public sealed class PushSink : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PushSink(WebApplication app) => _app = app;

    /// <summary>Message key → SHA-256 of the octets received, lower-case hexadecimal.</summary>
    public ConcurrentDictionary<string, string> Received { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys whose octets differed from an earlier push of the same message.</summary>
    public ConcurrentBag<string> Contradictions { get; } = [];

    /// <summary>Answers instead of 204 when set; given the key and how often it came.</summary>
    public Func<string, int, HttpContext, bool>? Interfere { get; set; }

    public ConcurrentDictionary<string, int> Attempts { get; } = new(StringComparer.Ordinal);

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<PushSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new PushSink(builder.Build());
        sink._app.MapPost("/in", sink.TakeAsync);
        await sink._app.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var key = context.Request.Headers["Hub-Message"].ToString();
        var attempt = Attempts.AddOrUpdate(key, 1, static (_, n) => n + 1);
        if (Interfere?.Invoke(key, attempt, context) == true) return;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body.ToArray()));
        if (Received.GetOrAdd(key, sha256) != sha256) Contradictions.Add(key);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
