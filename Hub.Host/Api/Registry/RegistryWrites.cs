using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary>Changes of the registry by HTTP: reads what is asked strictly, has it applied or proposed, and answers with what became of it.</summary>
internal sealed class RegistryWrites(IRegistryChanges changes, IRegistry registry, TimeProvider clock)
{
    /// <summary>Greatest single object, in bytes (4 MiB): a reorganisation of every commune has two.</summary>
    private const int MaxObject = 4 * 1024 * 1024;

    /// <summary>Greatest patch, in bytes (16 MiB).</summary>
    private const int MaxPatch = 16 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    internal async Task<IResult> PutAsync(HttpContext context, string section, string id, bool dryRun)
    {
        var condition = EntityTags.ConditionOf(context.Request);
        var isNew = Find(context, section, id) is null;
        if (condition is null && isNew) throw ProblemCode.RegistryConflict.With($"If-Match: * asks for an object that is there; there is no '{id}' in {section}.");
        var value = (await ReadAsync(context, MaxObject)) as JsonObject ?? throw ProblemCode.InvalidRequest.With("The body must be one JSON object.");
        var outcome = await ApplyAsync(context, [new ObjectChange(section, id, value, condition)], reason: null, dryRun);
        if (outcome.State is "applied" or "unchanged" && Find(context, section, id) is { } now)
            context.Response.Headers.ETag = EntityTags.Write(RegistryObjects.Of(now));
        if (outcome.State == "applied" && isNew) context.Response.Headers.Location = RegistryPath.Of(section, id);
        return Answer(context, outcome, outcome.State == "applied" && isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    internal async Task<IResult> DeleteAsync(HttpContext context, string section, string id, bool dryRun)
    {
        var condition = EntityTags.ConditionOf(context.Request);
        if (Find(context, section, id) is null) throw ProblemCode.NotFound.With($"There is no '{id}' in {section}.");
        var outcome = await ApplyAsync(context, [new ObjectChange(section, id, null, condition)], reason: null, dryRun);
        return outcome.State == "applied" ? Results.NoContent() : Answer(context, outcome);
    }

    /// <summary>The object as it is, if the caller sees it.</summary>
    private object? Find(HttpContext context, string section, string id)
    {
        var current = registry.Current;
        var found = RegistryObjects.Find(current, section, id);
        return found is not null && RegistryReads.SightOf(context.Caller(), new RegistryMoment(current, clock.GetUtcNow())).Sees(found) ? found : null;
    }

    internal async Task<IResult> PatchAsync(HttpContext context, bool dryRun)
    {
        PatchRequest request;
        try
        {
            request = (await ReadAsync(context, MaxPatch)).Deserialize<PatchRequest>(PatchOptions) ?? throw ProblemCode.InvalidRequest.With("The body is null. Send {changes, reason}.");
        }
        catch (JsonException fault)
        {
            throw ProblemCode.InvalidRequest.With($"The patch cannot be read at {fault.Path ?? "$"}. Send {{changes: [{{section, id, value, ifMatch}}], reason}}.", fault);
        }

        List<ObjectChange> asked = [];
        foreach (var change in request.Changes ?? [])
        {
            if (change?.Section is null || (change.Id is null && change.Value is null) || !RegistrySections.All.Contains(change.Section))
                throw ProblemCode.InvalidRequest.With($"Change {asked.Count + 1} must name a section ({string.Join(", ", RegistrySections.All)}) and an id; only what is set may name itself by its members.");
            asked.Add(new ObjectChange(change.Section, change.Id ?? "", change.Value, change.IfMatch));
        }

        if (asked.Count == 0) throw ProblemCode.InvalidRequest.With("The patch has no changes. Send {changes: [{section, id, value, ifMatch}], reason}.");
        return Answer(context, await ApplyAsync(context, asked, request.Reason, dryRun));
    }

    internal ValueTask<ChangeOutcome> ApplyAsync(HttpContext context, IReadOnlyList<ObjectChange> asked, string? reason, bool dryRun) =>
        changes.ApplyAsync(new RegistryPatch(asked, reason ?? MessageReads.ReasonOf(context)), context.Caller().ToRegistryActor(), dryRun, context.RequestAborted);

    internal static IResult Answer(HttpContext context, ChangeOutcome outcome, int status = StatusCodes.Status200OK)
    {
        if (outcome.State == "pending")
        {
            context.Response.Headers.Location = $"/api/v1/changes/proposals/{outcome.Proposal}";
            status = StatusCodes.Status202Accepted;
        }

        return Results.Json(OutcomeView.Of(outcome), HubJson.Options, statusCode: status);
    }

    /// <summary>Deeper than other requests: an object stands inside the patch.</summary>
    private static readonly JsonSerializerOptions PatchOptions = new(HubJson.Options) { MaxDepth = 32 };

    internal static async ValueTask<JsonNode> ReadAsync(HttpContext context, int maxBytes)
    {
        using var body = await RequestBody.ReadAsync(context, maxBytes);
        if (!context.Request.HasJsonContentType()) throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send application/json.");
        try
        {
            return JsonNode.Parse(body.Memory.Span, documentOptions: Strict) ?? throw ProblemCode.InvalidRequest.With("The body is the JSON value null.");
        }
        catch (JsonException fault)
        {
            throw ProblemCode.InvalidRequest.With($"The JSON body cannot be read, line {(fault.LineNumber ?? 0) + 1}: each member once, at most {Strict.MaxDepth} levels deep.", fault);
        }
    }
}
