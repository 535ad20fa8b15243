using System.Text.Json.Nodes;
using Hub.Contracts.Problems;

namespace Hub.Host.Api.Problems;

/// <summary>A problem as RFC 9457 <c>application/problem+json</c>.</summary>
internal static class ProblemDocument
{
    internal const string MediaType = "application/problem+json";

    /// <summary>Composes the document.</summary>
    /// <param name="problem">What happened.</param>
    /// <param name="status">HTTP status of the answer.</param>
    /// <param name="origin">Origin of this hub, without a final slash.</param>
    /// <param name="instance">Path of the request.</param>
    /// <param name="traceId">What finds the request in the logs.</param>
    internal static JsonObject Create(Problem problem, int status, string origin, string instance, string traceId)
    {
        var document = new JsonObject
        {
            ["type"] = TypeOf(problem.Code, origin),
            ["title"] = problem.Code.TitleEn,
            ["titleVi"] = problem.Code.TitleVi,
            ["status"] = status,
            ["detail"] = problem.Detail,
            ["instance"] = instance,
            ["code"] = problem.Code.Code,
            ["remedy"] = problem.Code.RemedyEn,
            ["remedyVi"] = problem.Code.RemedyVi,
            ["traceId"] = traceId,
        };
        if (problem.Items.Count > 0) document["items"] = new JsonArray([.. problem.Items.Select(item => ItemOf(item, origin))]);
        if (problem.MessageKey is not null) document["message"] = problem.MessageKey;
        if (problem.RetryAfter is { } wait) document["retryAfterSeconds"] = Seconds(wait);
        return document;
    }

    /// <summary>Whole seconds, rounded up: a header cannot carry less.</summary>
    internal static long Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));

    private static string TypeOf(ProblemCode code, string origin) => $"{origin}/problems/{code.Code}";

    private static JsonObject ItemOf(ProblemItem item, string origin) => new JsonObject
    {
        ["subject"] = item.Subject,
        ["code"] = item.Code.Code,
        ["type"] = TypeOf(item.Code, origin),
        ["title"] = item.Code.TitleEn,
        ["titleVi"] = item.Code.TitleVi,
        ["detail"] = item.Detail,
    };
}
