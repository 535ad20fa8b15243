using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Services;
using Hub.Host.Identity;
using Microsoft.Net.Http.Headers;

namespace Hub.Host.Api.Registry;

/// <summary><c>/api/v1/services/{type}/schema</c>: the schema that payloads of a service are validated against, exactly as
/// registered; for whoever sees the service.</summary>
internal static class ServiceSchemaEndpoint
{
    private const string JsonSchemaMediaType = "application/schema+json";
    private const string XmlMediaType = "application/xml";

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/services/{type}/schema", GetAsync).RequireScope(Scopes.System | Scopes.Operator | Scopes.Auditor)
            .WithTags("Registry").WithName("getServiceSchema").WithSummary("The schema that payloads of a service must fulfil")
            .WithDescription("Exactly as registered, with an ETag. Systems see the services that they provide or that a right speaks of together with them.")
            .Produces<string>(StatusCodes.Status200OK, JsonSchemaMediaType, XmlMediaType)
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound);

    private static IResult GetAsync(HttpContext context, string type, IRegistry registry, TimeProvider clock)
    {
        var (current, caller) = (registry.Current, context.Caller());
        var service = MessageType.TryParse(type, out var parsed) ? current.FindService(parsed) : null;
        if (service is null || !new RegistrySight(current, clock.GetUtcNow(), caller.System, caller.Under).Sees(service) || service.Schema is not { } schema)
            throw ProblemCode.NotFound.With("There is no such service for you, or it has no schema: then any payload will do.");
        var octets = Encoding.UTF8.GetBytes(schema.Text);
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(
            octets,
            schema.Format == ServiceDialects.Xsd ? XmlMediaType : JsonSchemaMediaType,
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(octets))}\""));
    }
}
