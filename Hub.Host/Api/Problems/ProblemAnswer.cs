using System.Diagnostics;
using System.Text;
using Hub.Contracts.Problems;
using Hub.Core.Tracing;
using Hub.Host.Composition;

namespace Hub.Host.Api.Problems;

/// <summary>Writes a problem as the answer to a request.</summary>
internal static class ProblemAnswer
{
    internal static async Task WriteAsync(HttpContext context, Problem problem, int status, HubOrigins origins, string trace)
    {
        MessageTrace.Refused(Activity.Current, problem.Code);
        var document = ProblemDocument.Create(problem, status, origins.Absolute(""), context.Request.Path, trace);
        foreach (var (name, value) in context.Features.Get<ProblemExtras>() ?? []) document[name] = value;
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ProblemDocument.MediaType;
        if (status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = context.Request.Headers.Authorization.Count > 0 ? "Bearer error=\"invalid_token\"" : "Bearer";
        if (problem.RetryAfter is { } wait) response.Headers.RetryAfter = ProblemDocument.Seconds(wait).ToString();
        var octets = Encoding.UTF8.GetBytes(document.ToJsonString(HubJson.Options));
        response.ContentLength = octets.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(octets, context.RequestAborted);
    }

    /// <summary>The trace that the caller is in (W3C traceparent), or a new one. Requests that succeed have none.</summary>
    internal static string TraceOf(HttpContext context) =>
        Activity.Current?.TraceId.ToHexString()
        ?? (ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var parent) ? parent.TraceId : ActivityTraceId.CreateRandom()).ToHexString();
}
