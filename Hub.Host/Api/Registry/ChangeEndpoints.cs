using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>/api/v1/changes</c>: the feed of changes in force, and changes of several objects at once.</summary>
internal static class ChangeEndpoints
{
    private const int LongestWait = 60;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/changes", FeedAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Changes").WithName("listChanges").WithSummary("Changes of the registry in force after a version, oldest first")
            .WithDescription($"Ask with 'after' = the greatest version that you have; 'wait' (seconds, 0 to {LongestWait}) holds the answer until there is something new. Only objects that you see are named; a version may have none of them. Objects come as they are from that version on; a removed one has no value. 'next' is the 'after' of the following request.")
            .Produces<ChangeFeedView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated);
        routes.MapPost("/api/v1/changes", (HttpContext context, RegistryWrites writes, bool? dryRun) => writes.PatchAsync(context, dryRun ?? false)).RequireScope(RegistryEndpoints.Writers)
            .WithTags("Changes").WithName("applyChanges").WithSummary("Change several objects, all or none")
            .WithDescription("All mistakes are reported together. What adds trust waits for the approvals named (202). With dryRun=true only checked and compared.")
            .Accepts<PatchRequest>("application/json").Produces<OutcomeView>().Produces<OutcomeView>(StatusCodes.Status202Accepted)
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.ProofInvalid,
                ProblemCode.RegistryConflict, ProblemCode.RegistryInvalid, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType, ProblemCode.RateLimited);
    }

    private static async Task<IResult> FeedAsync(
        HttpContext context, IHubStore store, IRegistry registry, IRegistryChanges changes, TimeProvider clock, IHostApplicationLifetime lifetime, long after = 0, int wait = 0, int? limit = null)
    {
        if (after < 0) throw QueryText.Bad("after", $"{after}", "0 or a version");
        if (wait is < 0 or > LongestWait) throw QueryText.Bad("wait", $"{wait}", $"0 to {LongestWait} seconds");
        var rows = QueryText.Limit(limit);
        var caller = context.Caller();
        if (wait > 0) await WaitAsync(changes, after, TimeSpan.FromSeconds(wait), lifetime, context.RequestAborted);
        var current = registry.Current;
        // What is durable may be a moment ahead of what is in force: only the latter is told.
        var versions = (await store.ListRegistryVersionsAsync(after, rows, context.RequestAborted)).TakeWhile(v => v.Version <= current.Version).ToList();
        var sight = RegistryReads.SightOf(caller, new RegistryMoment(current, clock.GetUtcNow()));
        return Results.Json(
            new ChangeFeedView(current.Version, [.. versions.Select(v => ViewOf(v, caller, current, sight))], versions.Count > 0 ? versions[^1].Version : Math.Min(after, current.Version)),
            HubJson.Options);
    }

    /// <summary>Waits until something changes; a hub that stops answers at once.</summary>
    private static async ValueTask WaitAsync(IRegistryChanges changes, long after, TimeSpan wait, IHostApplicationLifetime lifetime, CancellationToken aborted)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        try
        {
            await changes.WaitForVersionAsync(after, wait, waiting.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
        }
    }

    private static ChangeView ViewOf(RegistryVersion version, Caller caller, RegistrySnapshot current, RegistrySight sight)
    {
        var people = caller.System is null;
        return new ChangeView(
            version.Version, version.Time, people ? version.Actor : null, people ? version.ApprovedBy : null, people ? version.Reason : null, version.Entry,
            [.. version.Changes.Where(c => Sees(c, current, sight)).Select(static c => new ChangedObjectView(c.Section, c.Id, c.Json is null ? null : c.Digest, c.Json is null ? null : JsonNode.Parse(c.Json)))]);
    }

    /// <summary>A removed object says nothing more about itself: it is named to those who see such objects of everybody.</summary>
    private static bool Sees(RegistryObject change, RegistrySnapshot current, RegistrySight sight)
    {
        if (change.Json is not null) return sight.Sees(RegistryObjects.Read(change));
        return RegistryObjects.Find(current, change.Section, change.Id) is { } again
            ? sight.Sees(again)
            : sight.SeesRemoved(change.Section, change.Id);
    }
}

/// <summary>Changes in force.</summary>
/// <param name="Version">Version in force now.</param>
/// <param name="Items">Oldest first; each made one version.</param>
/// <param name="Next">What to ask for after: the version of the last item.</param>
internal sealed record ChangeFeedView(long Version, IReadOnlyList<ChangeView> Items, long Next);

/// <summary>One change of the registry.</summary>
/// <param name="Version">The version it made.</param>
/// <param name="Time">When it came into force.</param>
/// <param name="Actor">Who proposed it; for operators and auditors.</param>
/// <param name="ApprovedBy">Who approved it; for operators and auditors.</param>
/// <param name="Reason">Why; for operators and auditors.</param>
/// <param name="Entry">Its entry in the log.</param>
/// <param name="Changes">The objects that you see.</param>
internal sealed record ChangeView(
    long Version, DateTimeOffset Time, string? Actor, string? ApprovedBy, string? Reason, long Entry, IReadOnlyList<ChangedObjectView> Changes);

/// <summary>An object as it is from a version on.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Id">What names it.</param>
/// <param name="Digest">Its ETag without quotes; missing when it was removed.</param>
/// <param name="Value">What it says; missing when it was removed.</param>
internal sealed record ChangedObjectView(string Section, string Id, string? Digest, JsonNode? Value);
