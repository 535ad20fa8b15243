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

/// <summary>OAuth 2 client credentials (RFC 6749 §4.4) with <c>private_key_jwt</c> (RFC 7523 §2.2) or a TLS client certificate
/// (RFC 8705), and its metadata (RFC 8414).</summary>
internal static class TokenEndpoint
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const int MaxForm = 16 * 1024;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/oauth/token", IssueAsync).RequireRateLimiting(TokenLimits.PerSource)
            .WithTags("Identity").WithName("issueToken").WithSummary("Get an access token with a registered key")
            .WithDescription("Client credentials for systems and for operators and auditors of the registry. With private_key_jwt: form fields grant_type=client_credentials, client_assertion_type, client_assertion. The assertion is a JWT with iss = sub = the system's address (or operator:name, auditor:name), aud = this address, iat after the hub's last start, exp at most five minutes ahead, a jti never used before, signed with PS256, RS256, ES256 or ES384 by a registered signature key named in kid. With mutual TLS (RFC 8705), where the metadata offers it: grant_type and client_id; the key of the TLS certificate must be a registered signature key of that client, names in it do not count, and the token works only on connections with the same certificate. Tokens of systems live 10 minutes, of people 60; all die with the key.")
            .Accepts<TokenRequest>("application/x-www-form-urlencoded")
            .Produces<TokenAnswer>(StatusCodes.Status200OK, MediaTypeNames.Application.Json)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.UnknownSender, ProblemCode.KeyUnknown, ProblemCode.KeyExpired, ProblemCode.KeyRevoked, ProblemCode.SignatureInvalid, ProblemCode.RateLimited, ProblemCode.UnsupportedMediaType);
        routes.MapGet("/.well-known/oauth-authorization-server", Metadata)
            .WithTags("Identity").WithName("authorizationServerMetadata").WithSummary("Authorization server metadata (RFC 8414)");
    }

    private static async Task<IResult> IssueAsync(HttpContext context, ClientAssertions assertions, ClientKeys clients, AccessTokens tokens, TokenLimits limits)
    {
        context.Features.Set(new ProblemExtras { ["error"] = "invalid_request" });
        var form = await ReadFormAsync(context);
        if (form.GetValueOrDefault("grant_type") != "client_credentials")
        {
            context.Features.Set(new ProblemExtras { ["error"] = "unsupported_grant_type" });
            throw ProblemCode.InvalidRequest.With("'grant_type' must be client_credentials.");
        }

        var assertion = AssertionOf(form);
        var certificate = ClientCertificate.Of(context);
        context.Features.Set(new ProblemExtras { ["error"] = "invalid_client" });
        limits.TakeOfAll();
        var client = assertion is not null ? await assertions.VerifyAsync(assertion, context.RequestAborted) : clients.FindByCertificate(form["client_id"], certificate ?? throw NoCertificate());
        if (form.TryGetValue("client_id", out var named) && named != client.Name)
            throw ProblemCode.Unauthenticated.With($"'client_id' names another client than the assertion, which is of '{client.Name}'.");
        var bound = assertion is null || IsAskedToBind(form) ? ClientCertificate.Digest(certificate ?? throw NoCertificate()) : null;
        var scopes = ScopesOf(context, form, client);
        var token = await tokens.IssueAsync(client, scopes, bound, context.RequestAborted);
        HubMeter.Tokens.Add(1);
        return Results.Json(new TokenAnswer(token, "Bearer", (int)client.Lifetime.TotalSeconds), HubJson.Options);
    }

    /// <summary>The assertion; null when the caller relies on its TLS certificate alone.</summary>
    private static string? AssertionOf(Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("client_assertion") is { } assertion)
        {
            return form.GetValueOrDefault("client_assertion_type") == AssertionType
                ? assertion
                : throw ProblemCode.InvalidRequest.With($"'client_assertion_type' must be {AssertionType}.");
        }

        if (form.ContainsKey("client_id") && !form.ContainsKey("client_assertion_type")) return null;
        throw ProblemCode.InvalidRequest.With("'client_assertion' is missing. With a TLS client certificate instead, send 'client_id' alone.");
    }

    private static bool IsAskedToBind(Dictionary<string, string> form) => form.GetValueOrDefault("certificate_bound") switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw ProblemCode.InvalidRequest.With("'certificate_bound' must be true or false."),
    };

    /// <summary>What was asked for, within what the client may; all of it when nothing was asked for (RFC 6749 §3.3).</summary>
    private static Scopes ScopesOf(HttpContext context, Dictionary<string, string> form, RegisteredClient client)
    {
        if (form.GetValueOrDefault("scope") is not { } asked) return client.Scopes;
        var granted = ScopeNames.Read(asked) & client.Scopes;
        if ((granted & ~Scopes.Content) != 0) return granted;
        context.Features.Set(new ProblemExtras { ["error"] = "invalid_scope" });
        throw ProblemCode.InvalidRequest.With($"'scope' asks for nothing that '{client.Name}' may have: {ScopeNames.Write(client.Scopes)}.");
    }

    private static ProblemException NoCertificate() => ProblemCode.Unauthenticated.With(
        "This connection shows no TLS client certificate. Connect by https with the certificate of a registered key, to a hub that runs with --client-certificates accept; behind a proxy use private_key_jwt.");

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

    private static IResult Metadata(HubOrigins origins, NodeOptions options)
    {
        string[] methods = options.ClientCertificates ? ["private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth"] : ["private_key_jwt"];
        return Results.Json(new JsonObject
        {
            ["issuer"] = origins.Absolute(""),
            ["token_endpoint"] = origins.Absolute("/oauth/token"),
            ["grant_types_supported"] = new JsonArray("client_credentials"),
            ["response_types_supported"] = new JsonArray(),
            ["scopes_supported"] = new JsonArray("system", "operator", "auditor", "content"),
            ["token_endpoint_auth_methods_supported"] = new JsonArray([.. methods]),
            ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("PS256", "RS256", "ES256", "ES384"),
            ["tls_client_certificate_bound_access_tokens"] = options.ClientCertificates,
            ["service_documentation"] = origins.Absolute("/docs"),
        });
    }
}

/// <summary>Form fields of a token request.</summary>
internal sealed class TokenRequest
{
    /// <summary><c>client_credentials</c>.</summary>
    [JsonPropertyName("grant_type")]
    public required string GrantType { get; init; }

    /// <summary><c>urn:ietf:params:oauth:client-assertion-type:jwt-bearer</c>, with an assertion.</summary>
    [JsonPropertyName("client_assertion_type")]
    public string? ClientAssertionType { get; init; }

    /// <summary>The signed JWT.</summary>
    [JsonPropertyName("client_assertion")]
    public string? ClientAssertion { get; init; }

    /// <summary>Who asks, when a TLS client certificate is shown instead of an assertion.</summary>
    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    /// <summary>Scopes wanted, joined by spaces (all that the client may have).</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary><c>true</c>: with an assertion too, bind the token to the certificate of this connection.</summary>
    [JsonPropertyName("certificate_bound")]
    public string? CertificateBound { get; init; }
}

/// <summary>Answer of the token endpoint, RFC 6749 §5.1.</summary>
/// <param name="AccessToken">To be sent as <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until it expires.</param>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);
