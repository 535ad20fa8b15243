using System.Globalization;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Core.Uploads;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator</c>: dead letters, replay, erasure, the log's entries.</summary>
internal static class OperatorMessageEndpoints
{
    private const int MaxEntries = 1_000;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/operator/dead-letters", DeadLettersAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("listDeadLetters").WithSummary("Deliveries that were given up, with reasons")
            .Produces<ListView<DeliveryView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed);
        routes.MapPost("/api/v1/operator/deliveries/{id:long}/replay", ReplayAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("replayDelivery").WithSummary("Set a dead delivery going again")
            .Produces<ReplayView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
        routes.MapPost("/api/v1/operator/messages/{key}/erase", EraseAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("eraseMessage").WithSummary("Erase a message's content by law; headers and hashes stay")
            .WithDescription("Deliveries still under way are cancelled; its uploads are deleted unless another message of the sender names them. The log still verifies.")
            .Accepts<ReasonRequest>("application/json").Produces<ErasureView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound, ProblemCode.ContentErased);
        routes.MapGet("/api/v1/operator/entries", EntriesAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("listEntries").WithSummary("The log's entries by index: headers only")
            .Produces<ListView<EntryView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed);
    }

    private static async Task<IResult> DeadLettersAsync(HttpContext context, SubtreeReads reads, string? recipient, string? cursor, int? limit)
    {
        var page = await reads.ListDeliveriesAsync(context.Caller(), DeliveryState.Dead, QueryText.Address(recipient, nameof(recipient)), cursor, QueryText.Limit(limit), context.RequestAborted);
        return Results.Json(new ListView<DeliveryView>([.. page.Items.Select(DeliveryView.Of)], page.Next), HubJson.Options);
    }

    private static async Task<IResult> ReplayAsync(HttpContext context, long id, DeadLetters deadLetters, IHubStore store, SubtreeReads reads)
    {
        var caller = context.Caller();
        if (caller.Under is not null && (await store.FindDeliveryAsync(id, context.RequestAborted) is not { } delivery || !await reads.HoldsAsync(caller, delivery, context.RequestAborted)))
            throw ProblemCode.NotFound.With($"There is no delivery {id}.");
        await deadLetters.ReplayAsync(id, caller.Actor, context.RequestAborted);
        return Results.Json(new ReplayView([id]), HubJson.Options);
    }

    private static async Task<IResult> EraseAsync(HttpContext context, string key, IHubStore store, MessageReads reads, ICommitter committer, IHubKeys keys, UploadSweep uploads, DeliverySignals signals, ErasureFile erasures, TimeProvider clock, ILogger<UploadSweep> log)
    {
        var caller = context.Caller();
        var reason = ReasonRequest.Check((await HubJson.ReadAsync<ReasonRequest>(context)).Reason?.Trim(), "the law or decision that demands it");
        if (!MessageKey.TryParse(key, out var parsed)) throw MessageReads.NotFound();
        if (caller.Under is { } under && (await reads.FindAsync(caller, key, context.RequestAborted)).IsPart)
            throw ProblemCode.OutsideSubtree.With($"'{caller.Actor}' acts under {under}; the sender of {key} stands outside, and an erasure takes the message from its sender and every recipient.");
        var deliveries = await store.ListDeliveriesAsync(parsed, context.RequestAborted);
        // Before the erasure: a backup that is restored must not bring back what was erased.
        if (await store.FindMessageAsync(parsed, context.RequestAborted) is { Erased: null }) erasures.Add(new ErasureLine(key, clock.GetUtcNow(), caller.Actor, reason));
        var cancelled = await committer.RunAsync(scope => Erasure.EraseAsync(scope, parsed, deliveries, keys.Address, caller.Actor, reason, signals, clock.GetUtcNow()), context.RequestAborted);
        try
        {
            await uploads.RemoveErasedAsync(CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ProblemException)
        {
            log.LogError(failure, "The uploads of erased message {Key} could not be deleted; the erasure stands, and the sweep tries again", key);
        }

        return Results.Json(new ErasureView(key, cancelled), HubJson.Options);
    }

    private static async Task<IResult> EntriesAsync(HttpContext context, IHubStore store, SubtreeReads reads, long first = 0, int count = 100)
    {
        if (first < 0) throw QueryText.Bad("first", first.ToString(CultureInfo.InvariantCulture), "0 or more");
        if (count is < 1 or > MaxEntries) throw QueryText.Bad("count", count.ToString(CultureInfo.InvariantCulture), $"1 to {MaxEntries}");
        var entries = await store.ListEntriesAsync(first, count, context.RequestAborted);
        var next = entries.Count == count ? (first + count).ToString(CultureInfo.InvariantCulture) : null;
        var caller = context.Caller();
        if (caller.Under is not null) entries = await WithinAsync(entries, caller, reads, context.RequestAborted);
        return Results.Json(new ListView<EntryView>([.. entries.Select(static entry => EntryView.Of(entry, withBody: false))], next), HubJson.Options);
    }

    /// <summary>The entries about messages within the caller's subtree, and those that he made himself.</summary>
    private static async ValueTask<IReadOnlyList<EntryRecord>> WithinAsync(IReadOnlyList<EntryRecord> entries, Caller caller, SubtreeReads reads, CancellationToken cancellationToken)
    {
        Dictionary<string, bool> known = new(StringComparer.Ordinal);
        List<EntryRecord> within = [];
        foreach (var entry in entries)
        {
            var header = entry.ParseHeader();
            if (header.Key is { } key && !known.ContainsKey(key))
                known.Add(key, MessageKey.TryParse(key, out var parsed) && await reads.HoldsAsync(caller, parsed, cancellationToken));
            if (header.Actor == caller.Actor || (header.Key is not null && known[header.Key])) within.Add(entry);
        }

        return within;
    }
}
