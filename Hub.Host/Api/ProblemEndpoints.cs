using System.Text.Json;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Hub.Host.Pages;

namespace Hub.Host.Api;

/// <summary><c>/problems</c>: the catalogue, for people (HTML) and programs (JSON), by Accept.</summary>
internal static class ProblemEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problems", ListAsync).WithTags("Problems").WithName("listProblems").WithSummary("Every problem code, with what to do")
            .Produces<IReadOnlyList<ProblemCodeView>>();
        routes.MapGet("/problems/{code}", GetAsync).WithTags("Problems").WithName("getProblem").WithSummary("One problem code")
            .Produces<ProblemCodeView>().ProducesProblems(ProblemCode.NotFound);
    }

    private static Task<IResult> ListAsync(HttpContext context, HubOrigins origins, FixedAnswers answers) => WantsHtml(context)
        ? HtmlPage.FixedAsync(context, "problems.html", static () => Task.FromResult(ProblemPages.All()))
        : JsonAsync(context, answers, "problems.json", () => ProblemCode.All.Select(code => ProblemCodeView.Of(code, origins)));

    private static Task<IResult> GetAsync(HttpContext context, string code, HubOrigins origins, FixedAnswers answers)
    {
        if (!ProblemCode.TryFind(code, out var problem)) throw ProblemCode.NotFound.With("There is no such problem code. /problems lists all.");
        return WantsHtml(context)
            ? HtmlPage.FixedAsync(context, $"problems/{problem.Code}.html", () => Task.FromResult(ProblemPages.One(problem)))
            : JsonAsync(context, answers, $"problems/{problem.Code}.json", () => ProblemCodeView.Of(problem, origins));
    }

    private static Task<IResult> JsonAsync<T>(HttpContext context, FixedAnswers answers, string name, Func<T> view) =>
        answers.GetAsync(context, name, "application/json; charset=utf-8", () => Task.FromResult(JsonSerializer.SerializeToUtf8Bytes(view(), HubJson.Options)));

    /// <summary>Browsers name text/html first; programs that name JSON, or nothing, get JSON.</summary>
    internal static bool WantsHtml(HttpContext context)
    {
        context.Response.Headers.Vary = "Accept";
        var accept = context.Request.Headers.Accept.ToString();
        var html = accept.IndexOf("text/html", StringComparison.OrdinalIgnoreCase);
        var json = accept.IndexOf("json", StringComparison.OrdinalIgnoreCase);
        return html >= 0 && (json < 0 || html < json);
    }
}

/// <summary>An entry of the problem catalogue.</summary>
/// <param name="Type">Its page on this hub, the <c>type</c> of problems.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">Title in English.</param>
/// <param name="TitleVi">Title in Vietnamese.</param>
/// <param name="Remedy">What to do, in English.</param>
/// <param name="RemedyVi">What to do, in Vietnamese.</param>
internal sealed record ProblemCodeView(string Type, string Code, int Status, string Title, string TitleVi, string Remedy, string RemedyVi)
{
    internal static ProblemCodeView Of(ProblemCode code, HubOrigins origins) => new(
        origins.Absolute($"/problems/{code.Code}"), code.Code, code.HttpStatus, code.TitleEn, code.TitleVi, code.RemedyEn, code.RemedyVi);
}
