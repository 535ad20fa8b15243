using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hub.IntegrationTests.Trust;

/// <summary>An HTTP server on loopback that answers as told: for CRLs, and for responders that misbehave.</summary>
internal sealed class AuthorityServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AuthorityServer(WebApplication app) => _app = app;

    /// <summary>What the next request gets.</summary>
    internal Func<HttpContext, Task> Answer { get; set; } = static context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    internal int Requests { get; private set; }

    internal Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    internal static async Task<AuthorityServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new AuthorityServer(builder.Build());
        server._app.Run(context =>
        {
            server.Requests++;
            return server.Answer(context);
        });
        await server._app.StartAsync();
        return server;
    }

    internal void Give(byte[] content) => Answer = context => context.Response.Body.WriteAsync(content).AsTask();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
