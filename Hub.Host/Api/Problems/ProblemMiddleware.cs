using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Hub.Host.Telemetry;

namespace Hub.Host.Api.Problems;

/// <summary>The one place where failures become answers: a refusal its problem, a broken request <c>invalid-request</c>,
/// anything else <c>internal-error</c> with its cause in the log only.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, HubOrigins origins, RefusalCounter refusals, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.ContentLength > 0 || context.Response.ContentType is not null) return;
            if (Unrouted(context) is { } problem) await WriteAsync(context, problem, context.Response.StatusCode, ProblemAnswer.TraceOf(context));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var (problem, trace) = (ProblemOf(failure), ProblemAnswer.TraceOf(context));
            if (problem.Code == ProblemCode.InternalError || failure is StoreFailedException) LogUnexpected(context, failure, trace);
            await WriteAsync(context, problem, StatusOf(problem, failure), trace);
        }
    }

    /// <summary>A caller who is known may be asked to stop; strangers must not be able to fill the log with stacks.</summary>
    private void LogUnexpected(HttpContext context, Exception failure, string trace)
    {
        if (context.Features.Get<Caller>() is not null) log.LogError(failure, "Unexpected failure, trace {Trace}", trace);
        else log.LogWarning("Unexpected failure {Type} at {Place} for a caller without a token, trace {Trace}", failure.GetType().Name, failure.TargetSite?.DeclaringType?.Name, trace);
    }

    private Task WriteAsync(HttpContext context, Problem problem, int status, string trace)
    {
        log.LogInformation("Refused {Code} {Status} {Method} {Route}, trace {Trace}", problem.Code.Code, status, context.Request.Method, RouteOf(context), trace);
        refusals.Count(context, problem.Code);
        return ProblemAnswer.WriteAsync(context, problem, status, origins, trace);
    }

    private static Problem? Unrouted(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new Problem(ProblemCode.NotFound, "There is nothing at this address. The API is described at /docs."),
        StatusCodes.Status405MethodNotAllowed => new Problem(ProblemCode.InvalidRequest, $"{context.Request.Method} is not possible here. Allowed: {context.Response.Headers.Allow}."),
        StatusCodes.Status415UnsupportedMediaType => new Problem(ProblemCode.UnsupportedMediaType, $"The content type '{context.Request.ContentType}' is not accepted here; /docs says which are."),
        StatusCodes.Status429TooManyRequests => new Problem(ProblemCode.RateLimited, "This source asks too often. Wait, then use the token you have until it expires.") { RetryAfter = TimeSpan.FromSeconds(5) },
        _ => null,
    };

    private static Problem ProblemOf(Exception failure) => failure switch
    {
        ProblemException refused => refused.Problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new Problem(ProblemCode.TooLarge, "The body is larger than this address accepts. Send large content as an upload."),
        BadHttpRequestException bad => new Problem(ProblemCode.InvalidRequest, $"The request cannot be read: {bad.Message}"),
        StoreFailedException => new Problem(ProblemCode.Unavailable, "The store does not answer; sending it again is safe.") { RetryAfter = TimeSpan.FromSeconds(2) },
        _ => new Problem(ProblemCode.InternalError, "Something unexpected happened. Nothing is lost that has a receipt."),
    };

    private static int StatusOf(Problem problem, Exception failure) =>
        failure is BadHttpRequestException bad ? bad.StatusCode : problem.Code.HttpStatus;

    /// <summary>The pattern, never the path: paths carry keys and numbers.</summary>
    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
}

/// <summary>Further members that an endpoint wants in a problem, e.g. RFC 6749's <c>error</c>.</summary>
internal sealed class ProblemExtras : Dictionary<string, JsonNode?>
{
    public ProblemExtras()
        : base(StringComparer.Ordinal)
    {
    }
}
