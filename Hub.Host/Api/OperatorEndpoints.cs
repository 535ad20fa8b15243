using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator</c>: registry, tokens, status.</summary>
internal static class OperatorEndpoints
{
    /// <summary>Greatest registry document in bytes (32 MiB less one, which lets the end of the body be seen within a buffer of 32 MiB).</summary>
    internal const int MaxDocument = (32 * 1024 * 1024) - 1;

    private const int MaxName = 64;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/operator/import", ImportAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("importRegistry").WithSummary("Replace the registry by a YAML document").WithDescription("Effective at once, unless it adds trust and a second operator has to agree: then it waits as one proposal. With dryRun=true only checked and compared. All mistakes are reported together.")
            .Accepts<string>("application/yaml").Produces<ImportReport>()
            .ProducesProblems(ProblemCode.RegistryInvalid, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType);
        routes.MapGet("/api/v1/operator/registry", Export).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("exportRegistry").WithSummary("The registry document in force (YAML)").Produces<string>(StatusCodes.Status200OK, "application/yaml")
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.OutsideSubtree, ProblemCode.NotFound);
        routes.MapPost("/api/v1/operator/tokens", TokenAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("issueOperatorToken").WithSummary("Issue an operator's or auditor's token").WithDescription("Only over the operator socket: whoever can reach it may run the hub. The grant is logged.")
            .Accepts<OperatorTokenRequest>("application/json").Produces<TokenAnswer>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed);
        routes.MapGet("/api/v1/operator/status", StatusAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("status").WithSummary("How the hub does").Produces<StatusView>().ProducesProblems(ProblemCode.Unauthenticated);
    }

    private static async Task<IResult> ImportAsync(HttpContext context, RegistryService registry, bool dryRun = false)
    {
        var caller = context.Caller();
        caller.RequireEverywhere("replacing the registry");
        if (context.Request.ContentType?.Split(';')[0].Trim() is not ("application/yaml" or "text/yaml"))
            throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send application/yaml.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxDocument;
        using var body = await RequestBody.ReadAsync(context, MaxDocument);
        var yaml = Utf8(body.Memory.Span);
        return Results.Json(await registry.ImportAsync(yaml, caller.ToRegistryActor(), dryRun, reason: null, context.RequestAborted), HubJson.Options);
    }

    private static string Utf8(ReadOnlySpan<byte> octets)
    {
        try
        {
            return new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(octets);
        }
        catch (System.Text.DecoderFallbackException fault)
        {
            throw ProblemCode.RegistryInvalid.With("The document is not UTF-8. Save it as UTF-8.", fault);
        }
    }

    private static IResult Export(HttpContext context, IRegistry registry)
    {
        context.Caller().RequireEverywhere("the whole document (/api/v1/agencies and its neighbours show your part)");
        var current = registry.Current;
        if (current.Version == 0) throw ProblemCode.NotFound.With("No registry was imported yet.");
        return Results.Text(RegistryDocument.Write(current.Content), "application/yaml");
    }

    private static async Task<IResult> TokenAsync(HttpContext context, AccessTokens tokens, ClientKeys clients, IRegistry registry, ICommitter committer)
    {
        var caller = OperatorSocket.CallerOf(context)
            ?? throw ProblemCode.NotAllowed.With("Tokens of operators are issued over the operator socket only. Run 'hub token' on the hub's machine.");
        var request = await HubJson.ReadAsync<OperatorTokenRequest>(context);
        var scopes = ScopeNames.Read(request.Scope);
        if (ScopeNames.Write(scopes) is not ("operator" or "auditor" or "operator content" or "auditor content"))
            throw QueryText.Bad("scope", request.Scope ?? "", "operator or auditor, and with it content");
        if (request.Name is not { Length: > 0 and <= MaxName } name || !name.All(static c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '@'))
            throw QueryText.Bad("name", request.Name ?? "", $"1 to {MaxName} letters, digits and . - _ @");
        if (request.Minutes < 1 || request.Minutes > AccessTokens.LongestLifetime.TotalMinutes)
            throw QueryText.Bad("minutes", request.Minutes.ToString(), $"1 to {AccessTokens.LongestLifetime.TotalMinutes}");
        var actor = $"{(scopes.HasFlag(Scopes.Operator) ? "operator" : "auditor")}:{name}";
        if (clients.IsRegistered(actor)) throw ProblemCode.NotAllowed.With($"'{actor}' is registered with a key of his own: he gets his tokens with it at /oauth/token. Choose another name.");
        var under = UnderOf(request.Under, registry.Current);
        var lifetime = TimeSpan.FromMinutes(request.Minutes);
        await committer.RunAsync(
            scope => ValueTask.FromResult(scope.Append(new TrailEntry(EntryKinds.AccessGranted, null, caller.Actor, Granted(actor, scopes, request.Minutes, under)))),
            context.RequestAborted);
        var token = await tokens.IssueOnSocketAsync(actor, scopes, lifetime, under, context.RequestAborted);
        return Results.Json(new TokenAnswer(token, "Bearer", (int)lifetime.TotalSeconds), HubJson.Options);
    }

    private static JsonObject Granted(string actor, Scopes scopes, int minutes, AgencyCode? under)
    {
        var body = new JsonObject { ["to"] = actor, ["scope"] = ScopeNames.Write(scopes), ["minutes"] = minutes };
        if (under is not null) body["under"] = under.Value.Value;
        return body;
    }

    private static AgencyCode? UnderOf(string? text, RegistrySnapshot current) => text is null ? null
        : AgencyCode.TryParse(text, out var code) && current.FindAgency(code) is { } agency ? agency.Code
        : throw QueryText.Bad("under", text, "the code of an agency in the registry");

    private static async Task<IResult> StatusAsync(HttpContext context, IHubStore store, IRegistry registry, IHubKeys keys, HubOrigins origins, NodeOptions options)
    {
        var statistics = await store.ReadStatisticsAsync(context.RequestAborted);
        var current = registry.Current;
        return Results.Json(
            new StatusView(
                current.Hub.ToString(), options.Listen is null ? null : origins.Absolute(""), current.Version, current.Agencies.Count(), current.Systems.Count(),
                statistics.Messages,
                statistics.Deliveries.ToDictionary(static pair => pair.Key.ToString().ToLowerInvariant(), static pair => pair.Value, StringComparer.Ordinal),
                statistics.OldestQueued, await store.FindCheckpointAsync(cancellationToken: context.RequestAborted), keys.LogVerifier.ToString()),
            HubJson.Options);
    }
}
