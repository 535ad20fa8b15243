using System.Net.Mime;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Hub.Contracts.Problems;
using Hub.Host.Api;
using Hub.Host.Api.Problems;
using Hub.Host.Composition;
using Hub.Host.Telemetry;
using Microsoft.AspNetCore.WebUtilities;

namespace Hub.Host.Identity;

/// <summary>OAuth 2 client credentials with <c>private_key_jwt</c> (RFC 6749 §4.4, RFC 7523 §2.2), and its metadata (RFC 8414).</summary>
internal static class TokenEndpoint
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const int MaxForm = 16 * 1024;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/oauth/token", IssueAsync).RequireRateLimiting(TokenLimits.PerSource)
            .WithTags("Identity").WithName("issueToken").WithSummary("Get an access token with a registered key")
            .WithDescription("Client credentials with private_key_jwt: form fields grant_type=client_credentials, client_assertion_type, client_assertion. The assertion is a JWT with iss = sub = the system's address, aud = this address, iat after the hub's last start, exp at most five minutes ahead, a jti never used before, signed with PS256, RS256, ES256 or ES384 by a registered key named in kid.")
            .Accepts<TokenRequest>("application/x-www-form-urlencoded")
            .Produces<TokenAnswer>(StatusCodes.Status200OK, MediaTypeNames.Application.Json)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.UnknownSender, ProblemCode.RateLimited);
        routes.MapGet("/.well-known/oauth-authorization-server", Metadata)
            .WithTags("Identity").WithName("authorizationServerMetadata").WithSummary("Authorization server metadata (RFC 8414)");
    }

    private static async Task<IResult> IssueAsync(HttpContext context, ClientAssertions assertions, AccessTokens tokens, TokenLimits limits)
    {
        context.Features.Set(new ProblemExtras { ["error"] = "invalid_request" });
        var form = await ReadFormAsync(context);
        if (form.GetValueOrDefault("grant_type") != "client_credentials")
        {
            context.Features.Set(new ProblemExtras { ["error"] = "unsupported_grant_type" });
            throw ProblemCode.InvalidRequest.With("'grant_type' must be client_credentials.");
        }

        if (form.GetValueOrDefault("client_assertion_type") != AssertionType)
            throw ProblemCode.InvalidRequest.With($"'client_assertion_type' must be {AssertionType}.");
        var assertion = form.GetValueOrDefault("client_assertion") ?? throw ProblemCode.InvalidRequest.With("'client_assertion' is missing.");
        context.Features.Set(new ProblemExtras { ["error"] = "invalid_client" });
        limits.TakeOfAll();
        var (system, key) = assertions.Verify(assertion);
        var token = await tokens.IssueAsync(system.ToString(), Scopes.System, AccessTokens.SystemLifetime, key, context.RequestAborted);
        HubMeter.Tokens.Add(1);
        return Results.Json(new TokenAnswer(token, "Bearer", (int)AccessTokens.SystemLifetime.TotalSeconds), HubJson.Options);
    }

    private static async Task<Dictionary<string, string>> ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType!.StartsWith("multipart", StringComparison.OrdinalIgnoreCase))
            throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send application/x-www-form-urlencoded.");
        using var body = await RequestBody.ReadAsync(context, MaxForm);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(body.Memory.Span)))
        {
            if (values.Count != 1) throw ProblemCode.InvalidRequest.With($"The form field '{name}' stands {values.Count} times; each field must stand once.");
            fields.Add(name, values[0]!);
        }

        return fields;
    }

    private static IResult Metadata(HubOrigins origins) => Results.Json(new JsonObject
    {
        ["issuer"] = origins.Absolute(""),
        ["token_endpoint"] = origins.Absolute("/oauth/token"),
        ["grant_types_supported"] = new JsonArray("client_credentials"),
        ["response_types_supported"] = new JsonArray(),
        ["scopes_supported"] = new JsonArray("system"),
        ["token_endpoint_auth_methods_supported"] = new JsonArray("private_key_jwt"),
        ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("PS256", "RS256", "ES256", "ES384"),
        ["service_documentation"] = origins.Absolute("/docs"),
    });
}

/// <summary>Form fields of a token request.</summary>
internal sealed class TokenRequest
{
    /// <summary><c>client_credentials</c>.</summary>
    [JsonPropertyName("grant_type")]
    public required string GrantType { get; init; }

    /// <summary><c>urn:ietf:params:oauth:client-assertion-type:jwt-bearer</c>.</summary>
    [JsonPropertyName("client_assertion_type")]
    public required string ClientAssertionType { get; init; }

    /// <summary>The signed JWT.</summary>
    [JsonPropertyName("client_assertion")]
    public required string ClientAssertion { get; init; }
}

/// <summary>Answer of the token endpoint, RFC 6749 §5.1.</summary>
/// <param name="AccessToken">To be sent as <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until it expires.</param>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);
