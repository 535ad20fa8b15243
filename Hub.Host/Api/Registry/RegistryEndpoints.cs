using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Host.Identity;
using Microsoft.Net.Http.Headers;

namespace Hub.Host.Api.Registry;

/// <summary>The objects of the registry one by one: lists, one with its ETag, set and remove. One pattern for every section.</summary>
internal static class RegistryEndpoints
{
    /// <summary>Who reads; each sees only what is his to see.</summary>
    internal const Scopes Readers = Scopes.System | Scopes.Operator | Scopes.Auditor;

    /// <summary>Who changes: operators, and systems what is their own.</summary>
    internal const Scopes Writers = Scopes.System | Scopes.Operator;

    private const string Sight = " A system sees agencies, levels, codes, reorganisations and groups, the services it may use or provides, itself, its keys and its rights; an operator or auditor with a subtree sees what stands in it.";
    private const string Past = " With 'version' or 'at' (operators and auditors) as it was then; 'at' also says for which instant reorganisations are applied.";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in RegistryPath.All) Map(routes, path);
        routes.MapGet("/api/v1/policy", (HttpContext context, RegistryReads reads, string? at, long? version) => OneAsync(context, reads, RegistrySections.Policy, RegistrySections.Policy, at, version))
            .RequireScope(Scopes.Operator | Scopes.Auditor).WithTags("Registry").WithName("getPolicy").WithSummary("The rules for changes of the registry itself").WithDescription("Its normal form leaves out what is usual; without any rule of its own it is an empty object." + Past)
            .Produces<object>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
        routes.MapPut("/api/v1/policy", (HttpContext context, RegistryWrites writes, RegistryReads reads, bool? dryRun) => writes.PutAsync(context, RegistrySections.Policy, RegistrySections.Policy, dryRun ?? false))
            .RequireScope(Scopes.Operator).WithTags("Registry").WithName("putPolicy").WithSummary("Change the rules for changes")
            .Accepts<object>("application/json").ProducesOutcome();
        routes.MapGet("/api/v1/agencies/{id}/state", StateAsync).RequireScope(Readers)
            .WithTags("Registry").WithName("getAgencyState").WithSummary("What an agency is at an instant, reorganisations applied").WithDescription("By any code it ever had. Without 'at' now; systems may ask about now only.")
            .Produces<AgencyStateView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
    }

    private static void Map(IEndpointRouteBuilder routes, RegistryPath path)
    {
        routes.MapGet(
                path.List,
                (HttpContext context, RegistryReads reads, string? under, string? level, string? q, string? type, string? at, long? version, string? cursor, int? limit) =>
                    ListAsync(context, reads, RegistryQuery.Read(path.Section, under, level, q, type), at, version, cursor, limit))
            .RequireScope(Readers).WithTags("Registry").WithName($"list{Plural(path)}").WithSummary($"The {path.Text}, by id")
            .WithDescription("Filters combine: 'under' an agency, 'level' of agencies, 'q' in id and names without regard to marks and case, 'type' of systems, rights and services." + Sight + Past)
            .Produces<RegistryListView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
        routes.MapGet(path.One, (HttpContext context, RegistryReads reads, string? at, long? version) => OneAsync(context, reads, path.Section, RegistryPath.IdOf(context), at, version))
            .RequireScope(Readers).WithTags("Registry").WithName($"get{path.Noun}").WithSummary($"One of the {path.Text}, with its ETag")
            .WithDescription("The normal form of the object: canonical JSON, what is usual left out. Its SHA-256 is the ETag, and stands in the log. If-None-Match answers 304 when it is the same." + Past)
            .Produces<object>().Produces(StatusCodes.Status304NotModified)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
        routes.MapPut(path.One, (HttpContext context, RegistryWrites writes, bool? dryRun) => writes.PutAsync(context, path.Section, RegistryPath.IdOf(context), dryRun ?? false))
            .RequireScope(Writers).WithTags("Registry").WithName($"put{path.Noun}").WithSummary($"Set one of the {path.Text}")
            .WithDescription("The body is the whole object. If-Match with the ETag that was read changes it, If-None-Match: * makes it; one of them must be there. Hub-Reason (percent-encoded) says why, and stands in the log. 202: it adds trust, and waits for the approvals named.")
            .Accepts<object>("application/json").ProducesOutcome();
        routes.MapDelete(path.One, (HttpContext context, RegistryWrites writes, bool? dryRun) => writes.DeleteAsync(context, path.Section, RegistryPath.IdOf(context), dryRun ?? false))
            .RequireScope(Writers).WithTags("Registry").WithName($"delete{path.Noun}").WithSummary($"Remove one of the {path.Text}")
            .WithDescription("If-Match with the ETag that was read. Nothing may name it any more. Its past versions stay.")
            .Produces(StatusCodes.Status204NoContent).ProducesOutcome();
    }

    private static string Plural(RegistryPath path) => char.ToUpperInvariant(path.Section[0]) + path.Section[1..];

    private static RouteHandlerBuilder ProducesOutcome(this RouteHandlerBuilder builder) => builder
        .Produces<OutcomeView>().Produces<OutcomeView>(StatusCodes.Status201Created).Produces<OutcomeView>(StatusCodes.Status202Accepted)
        .ProducesProblems(
            ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.ProofInvalid,
            ProblemCode.RegistryConflict, ProblemCode.RegistryInvalid, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType, ProblemCode.RateLimited);

    private static async Task<IResult> ListAsync(HttpContext context, RegistryReads reads, RegistryQuery query, string? at, long? version, string? cursor, int? limit)
    {
        var caller = context.Caller();
        var moment = await reads.MomentAsync(caller, at, version, context.RequestAborted);
        return Results.Json(RegistryReads.List(caller, moment, query, cursor, QueryText.Limit(limit)), HubJson.Options);
    }

    private static async Task<IResult> OneAsync(HttpContext context, RegistryReads reads, string section, string id, string? at, long? version)
    {
        var caller = context.Caller();
        var found = RegistryReads.One(caller, await reads.MomentAsync(caller, at, version, context.RequestAborted), section, id);
        context.Response.Headers.ETag = EntityTags.Write(found);
        context.Response.Headers.CacheControl = "private, no-cache";
        return EntityTags.Holds(context.Request.Headers[HeaderNames.IfNoneMatch], found)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Text(found.Json ?? "{}", "application/json");
    }

    private static async Task<IResult> StateAsync(HttpContext context, RegistryReads reads, string id, string? at)
    {
        var caller = context.Caller();
        var moment = await reads.MomentAsync(caller, at, null, context.RequestAborted);
        return Hub.Contracts.Addresses.AgencyCode.TryParse(id, out var code) && moment.Registry.AgencyAt(code, moment.At) is { } state && RegistryReads.SightOf(caller, moment).Sees(state.Agency)
            ? Results.Json(AgencyStateView.Of(state), HubJson.Options)
            : throw RegistryReads.NotFound(RegistrySections.Agencies, id, moment);
    }
}
