using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hub.Host.Api;

/// <summary><c>/openapi/v1.json</c>: OpenAPI 3.1 of every public address.</summary>
internal static class OpenApiSetup
{
    internal const string Document = "v1";
    private const string Scheme = "private_key_jwt";

    internal static void Add(IServiceCollection services) => services.AddOpenApi(Document, static options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(DescribeOperation);
    });

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/openapi/v1.json", ShowAsync).ExcludeFromDescription();

    private static Task<IResult> ShowAsync(HttpContext context, FixedAnswers answers, [FromKeyedServices(Document)] IOpenApiDocumentProvider provider) =>
        answers.GetAsync(context, "openapi", "application/json;charset=utf-8", async () =>
        {
            var document = await provider.GetOpenApiDocumentAsync(CancellationToken.None);
            return System.Text.Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None));
        });

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var origins = context.ApplicationServices.GetRequiredService<HubOrigins>();
        document.Info = new OpenApiInfo
        {
            Title = "Hub",
            Version = Document,
            Description = "The interoperability bus: send signed envelopes, receive them, and prove every step. "
                + "Refusals are application/problem+json (RFC 9457); their codes are listed at /problems. "
                + "Systems authenticate with OAuth 2 client credentials and private_key_jwt at /oauth/token.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [new OpenApiServer { Url = origins.Absolute("") }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Description = "Access tokens live ten minutes and die with the key that asked for them.",
            Flows = new OpenApiOAuthFlows
            {
                ClientCredentials = new OpenApiOAuthFlow
                {
                    TokenUrl = new Uri(origins.Absolute("/oauth/token")),
                    Scopes = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["system"] = "An agency system acting for itself",
                        ["operator"] = "Runs the hub; tokens come from 'hub token'",
                        ["auditor"] = "Reads all metadata",
                        ["content"] = "With operator or auditor: reads content, giving a reason",
                    },
                },
            },
        };
        return Task.CompletedTask;
    }

    private static Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<CallerRequirement>().LastOrDefault() is { } requirement)
        {
            var scheme = new OpenApiSecuritySchemeReference(Scheme, context.Document);
            operation.Security =
            [
                .. Enum.GetValues<Scopes>().Where(scope => scope != Scopes.None && (requirement.AnyOf & scope) != 0)
                    .Select(scope => new OpenApiSecurityRequirement { [scheme] = [ScopeNames.Write(scope)] }),
            ];
        }

        // An empty requirement says that nothing is asked for.
        if (metadata.OfType<OpenAddress>().Any()) operation.Security = [new OpenApiSecurityRequirement()];
        DescribePath(operation, context.Description.RelativePath ?? "");
        if (metadata.OfType<DeclaredProblems>().LastOrDefault() is { } problems) DescribeProblems(operation, problems.Codes);
        return Task.CompletedTask;
    }

    /// <summary>Adds the parameters of the path that a handler reads by itself.</summary>
    private static void DescribePath(OpenApiOperation operation, string path)
    {
        foreach (var part in path.Split('/').Where(static p => p.StartsWith('{')))
        {
            var name = part.Trim('{', '}').Split(':')[0];
            operation.Parameters ??= [];
            if (operation.Parameters.Any(p => p.In == ParameterLocation.Path && p.Name == name)) continue;
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        }
    }

    private static void DescribeProblems(OpenApiOperation operation, IReadOnlyList<ProblemCode> codes)
    {
        foreach (var group in codes.GroupBy(static code => code.HttpStatus))
        {
            if (operation.Responses?.TryGetValue(group.Key.ToString(), out var response) == true)
                response.Description = string.Join("; ", group.Select(static code => $"{code.Code}: {code.TitleEn}")) + ".";
        }

        operation.AddExtension("x-problem-codes", new JsonNodeExtension(new JsonArray([.. codes.Select(static code => (JsonNode)code.Code)])));
    }
}
