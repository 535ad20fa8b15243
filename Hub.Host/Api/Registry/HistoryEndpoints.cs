using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>GET /api/v1/changes/history</c>: every version of one object.</summary>
internal static class HistoryEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/changes/history", HistoryAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Changes").WithName("listHistory").WithSummary("Every version of one object, oldest first: who changed it, when and why")
            .WithDescription("Of more than 200 versions the newest. A removal has no value.")
            .Produces<ListView<ObjectVersionView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);

    private static async Task<IResult> HistoryAsync(HttpContext context, IHubStore store, IRegistry registry, TimeProvider clock, string section, string id)
    {
        if (!RegistrySections.All.Contains(section)) throw QueryText.Bad(nameof(section), section, string.Join(", ", RegistrySections.All));
        var moment = new RegistryMoment(registry.Current, clock.GetUtcNow());
        var versions = await store.ListRegistryHistoryAsync(section, id, cancellationToken: context.RequestAborted);
        var sight = RegistryReads.SightOf(context.Caller(), moment);
        // Whoever sees the object in its last form, or could be told of its removal, sees what it was.
        var last = versions.LastOrDefault(static v => v.Changes[0].Json is not null)?.Changes[0];
        if (last is null || !(sight.Sees(RegistryObjects.Read(last)) || sight.SeesRemoved(section, id))) throw RegistryReads.NotFound(section, id, moment);
        return Results.Json(new ListView<ObjectVersionView>([.. versions.Select(static v => ViewOf(v, v.Changes[0]))], null), HubJson.Options);
    }

    private static ObjectVersionView ViewOf(RegistryVersion made, RegistryObject form) => new(
        made.Version, made.Time, made.Actor, made.ApprovedBy, made.Reason, made.Entry, form.Json is null ? null : form.Digest, form.Json is null ? null : JsonNode.Parse(form.Json));
}

/// <summary>One version of an object.</summary>
/// <param name="Version">Version of the registry that made it.</param>
/// <param name="Time">When it came into force.</param>
/// <param name="Actor">Who proposed it.</param>
/// <param name="ApprovedBy">Who approved it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Entry">The entry in the log.</param>
/// <param name="Digest">Its ETag without quotes; missing for a removal.</param>
/// <param name="Value">What it said from then on; missing for a removal.</param>
internal sealed record ObjectVersionView(
    long Version, DateTimeOffset? Time, string? Actor, string? ApprovedBy, string? Reason, long? Entry, string? Digest, JsonNode? Value);
