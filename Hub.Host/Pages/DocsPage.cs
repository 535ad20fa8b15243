using Hub.Host.Api;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hub.Host.Pages;

/// <summary><c>/docs</c>: the API description, readable, made from the same document that programs read.</summary>
internal static class DocsPage
{
    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/docs", ShowAsync).ExcludeFromDescription();

    private static Task<IResult> ShowAsync(HttpContext context, [FromKeyedServices(OpenApiSetup.Document)] IOpenApiDocumentProvider provider) =>
        HtmlPage.FixedAsync(context, "docs", async () => Compose(await provider.GetOpenApiDocumentAsync(CancellationToken.None)));

    private static HtmlPage Compose(OpenApiDocument document)
    {
        var operations = document.Paths
            .SelectMany(static path => (path.Value.Operations ?? []).Select(operation => (Path: path.Key, Verb: operation.Key, Operation: operation.Value)))
            .GroupBy(static row => row.Operation.Tags?.FirstOrDefault()?.Name ?? "Other", StringComparer.Ordinal);
        return new HtmlPage("API", $"""
            <h1>API <span lang="vi">· Giao diện lập trình</span></h1>
            <p>{HtmlPage.Text(document.Info.Description)}</p>
            <p lang="vi">Gửi, nhận gói tin có ký số và chứng minh từng bước. Bản cho máy đọc: <a href="/openapi/v1.json">/openapi/v1.json</a>.</p>
            {string.Concat(operations.Select(static group => $"<h2>{HtmlPage.Text(group.Key)}</h2>{string.Concat(group.Select(static row => Operation(row.Path, row.Verb, row.Operation)))}"))}
            """);
    }

    private static string Operation(string path, HttpMethod verb, OpenApiOperation operation) => $"""
        <details><summary><span class="verb">{HtmlPage.Text(verb.Method)}</span> <code>{HtmlPage.Text(path)}</code> {HtmlPage.Text(operation.Summary)}</summary>
        <p>{HtmlPage.Text(operation.Description)}</p>
        {Parameters(operation)}{Body(operation)}{Answers(operation)}</details>
        """;

    private static string Parameters(OpenApiOperation operation) => operation.Parameters is not { Count: > 0 } parameters ? "" : $"""
        <h3>Parameters</h3><table><tbody>{string.Concat(parameters.Select(static p =>
            $"<tr><td><code>{HtmlPage.Text(p.Name)}</code></td><td>{HtmlPage.Text(p.In?.ToString().ToLowerInvariant())}{(p.Required ? ", required" : "")}</td><td>{HtmlPage.Text(p.Description)}</td></tr>"))}</tbody></table>
        """;

    private static string Body(OpenApiOperation operation) => operation.RequestBody?.Content is not { Count: > 0 } content ? ""
        : $"<h3>Body</h3><p>{string.Join(" or ", content.Select(static pair => $"<code>{HtmlPage.Text(pair.Key)}</code>{Members(pair.Value.Schema)}"))}</p>";

    private static string Answers(OpenApiOperation operation) => operation.Responses is not { Count: > 0 } responses ? "" : $"""
        <h3>Answers</h3><table><tbody>{string.Concat(responses.Select(static pair =>
            $"<tr><td><code>{HtmlPage.Text(pair.Key)}</code></td><td>{HtmlPage.Text(pair.Value.Description)} {string.Join(" ", (pair.Value.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)).Select(static c => $"<code>{HtmlPage.Text(c.Key)}</code>{Members(c.Value.Schema)}"))}</td></tr>"))}</tbody></table>
        """;

    private static string Members(IOpenApiSchema? schema) => schema?.Properties is not { Count: > 0 } properties ? ""
        : $" <span class=\"soft\">{{ {string.Join(", ", properties.Keys.Select(HtmlPage.Text))} }}</span>";
}
