using System.Net;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Microsoft.AspNetCore.Http.Extensions;

namespace Hub.Host.Demo.Agencies;

/// <summary>A small HTTP server on loopback to which the hub pushes; the path names the agency's program.</summary>
internal sealed class PushListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Dictionary<string, AgencyProgram> _programs;
    private readonly CancellationTokenSource _stop = new();
    private int _outages;

    private PushListener(WebApplication app, IEnumerable<AgencyProgram> programs, int outages)
    {
        _app = app;
        _programs = programs.ToDictionary(static program => $"/{program.Self}");
        _outages = outages;
    }

    /// <summary>Starts one.</summary>
    /// <param name="port">Port on 127.0.0.1.</param>
    /// <param name="programs">The programs behind it.</param>
    /// <param name="outages">So many pushes are first answered with 503.</param>
    public static async Task<PushListener> StartAsync(int port, IEnumerable<AgencyProgram> programs, int outages = 0)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = EnvelopeLimits.Default.MaxBytes;
        });
        var listener = new PushListener(builder.Build(), programs, outages);
        listener._app.Run(listener.HandleAsync);
        await listener._app.StartAsync();
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Method != HttpMethods.Post || !_programs.TryGetValue(context.Request.Path.Value ?? "", out var program))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (Interlocked.Decrement(ref _outages) >= 0)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("Đang bảo trì");
            return;
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new SignableRequest(
                context.Request.Method, new Uri(context.Request.GetEncodedUrl()), name => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null);
            var document = await program.PushedAsync(request, body.ToArray(), context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            var stop = _stop.Token;
            if (document is not null)
                context.Response.OnCompleted(() => program.AnswerAsync(document, arrivalIsSaid: false, stop));
        }
        catch (ProblemException problem)
        {
            context.Response.StatusCode = problem.Code.HttpStatus;
            await context.Response.WriteAsync(problem.Problem.Detail);
        }
    }
}
