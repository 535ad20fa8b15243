using Hub.Core.Tracing;

namespace Hub.Host.Telemetry;

/// <summary>Puts a span around every request under /api while traces are wanted. It names the route's pattern, never the path.</summary>
internal sealed class RequestTracing(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        MessageTrace.IsOn && context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? TraceAsync(context) : next(context);

    private async Task TraceAsync(HttpContext context)
    {
        var parents = context.Request.Headers.TraceParent;
        using var span = MessageTrace.BeginRequest(parents.Count == 1 ? parents[0] : null);
        await next(context);
        if (span is not { IsAllDataRequested: true }) return;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
        // A method that no route has may be any word.
        var method = route == "-" ? "_OTHER" : context.Request.Method;
        span.DisplayName = $"{method} {route}";
        span.SetTag("http.request.method", method).SetTag("http.route", route).SetTag("http.response.status_code", context.Response.StatusCode);
    }
}
