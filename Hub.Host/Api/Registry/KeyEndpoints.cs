using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary>A key that may have fallen into wrong hands: revoked from an instant on, and what it signed since.</summary>
internal static class KeyEndpoints
{
    private const string One = "/api/v1/keys/{agency}/{system}/{key}";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(One + "/compromised", CompromisedAsync).RequireScope(RegistryEndpoints.Writers)
            .WithTags("Registry").WithName("reportCompromisedKey").WithSummary("Revoke a key from an instant on, and list what it signed since")
            .WithDescription("In force at once, without a second person: tokens of the key die, envelopes of it are refused. 'since' may lie in the past; what the key signed from then on is listed, and stays accepted until somebody decides otherwise. A system may report its own keys.")
            .Accepts<CompromiseRequest>("application/json").Produces<CompromiseView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound, ProblemCode.RegistryConflict, ProblemCode.RegistryInvalid);
        routes.MapGet(One + "/signed", SignedAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Registry").WithName("listSignedByKey").WithSummary("Accepted messages that a key signed since an instant, newest first")
            .WithDescription("A page may be short, even empty, and still have 'next'. Where the acceptance entry was erased with its content the key is not known any more; such messages are listed too, with certain = false.")
            .Produces<ListView<SignedMessageView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotFound);
    }

    private static async Task<IResult> CompromisedAsync(HttpContext context, RegistryReads reads, RegistryWrites writes, IHubStore store, TimeProvider clock)
    {
        var request = await HubJson.ReadAsync<CompromiseRequest>(context);
        var (key, moment) = await FindAsync(context, reads);
        var since = request.Since ?? moment.At;
        if (since > moment.At) throw QueryText.Bad("since", Rfc3339.Format(since), "an instant in the past; a key that will end later gets notAfter");
        var reason = request.Reason?.Trim() is { Length: > 0 } said ? said : throw QueryText.Bad("reason", "", "1 to 500 characters: what happened; it stands in the log");
        var now = RegistryObjects.Of(key);
        var value = JsonNode.Parse(now.Json!)!.AsObject();
        // A revocation is never moved later: what was refused stays refused.
        var from = key.Key.Revoked is { } before && before < since ? before : since;
        value["revoked"] = Rfc3339.Format(from);
        var outcome = await writes.ApplyAsync(context, [new ObjectChange(RegistrySections.Keys, now.Id, value, now.Digest)], reason, dryRun: false);
        var signed = await ListAsync(store, key, from, null, QueryText.Limit(null), context.RequestAborted);
        return Results.Json(new CompromiseView(OutcomeView.Of(outcome), from, signed), HubJson.Options);
    }

    private static async Task<IResult> SignedAsync(HttpContext context, RegistryReads reads, IHubStore store, string? since, string? cursor, int? limit)
    {
        var (key, _) = await FindAsync(context, reads);
        return Results.Json(await ListAsync(store, key, QueryText.Instant(since, nameof(since)), cursor, QueryText.Limit(limit), context.RequestAborted), HubJson.Options);
    }

    private static async ValueTask<(OwnedKey Key, RegistryMoment Moment)> FindAsync(HttpContext context, RegistryReads reads)
    {
        var caller = context.Caller();
        var moment = await reads.MomentAsync(caller, null, null, context.RequestAborted);
        var id = RegistryPath.IdOf(context);
        return RegistryObjects.Find(moment.Registry, RegistrySections.Keys, id) is OwnedKey key && RegistryReads.SightOf(caller, moment).Sees(key)
            ? (key, moment)
            : throw RegistryReads.NotFound(RegistrySections.Keys, id, moment);
    }

    private static async ValueTask<ListView<SignedMessageView>> ListAsync(IHubStore store, OwnedKey key, DateTimeOffset? since, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var page = await store.ListMessagesAsync(new MessageQuery { From = key.System, Since = since, Cursor = cursor, Limit = limit }, cancellationToken);
        List<SignedMessageView> found = [];
        foreach (var message in page.Items)
        {
            var thumbprint = await ThumbprintAsync(store, message, cancellationToken);
            if (thumbprint is not null && thumbprint != key.Key.Key.Thumbprint) continue;
            found.Add(new SignedMessageView(message.Key.Value, message.Id, message.Type.Value, message.Accepted, message.Entry, thumbprint is not null));
        }

        return new ListView<SignedMessageView>(found, page.Next);
    }

    private static async ValueTask<string?> ThumbprintAsync(IHubStore store, MessageRecord message, CancellationToken cancellationToken) =>
        (await store.ListEntriesAsync(message.Entry, 1, cancellationToken)) is [{ Body: { } body } entry] && entry.ParseHeader().Kind == EntryKinds.MessageAccepted
            ? JsonNode.Parse(body.Span)?["keyThumbprint"]?.GetValue<string>()
            : null;
}

/// <summary>Says that a key is compromised.</summary>
internal sealed class CompromiseRequest
{
    /// <summary>Since when (now); in the past.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What happened, 1 to 500 characters; stands in the log.</summary>
    public string? Reason { get; init; }
}

/// <summary>A key revoked, and what it signed.</summary>
/// <param name="Outcome">What became of the change.</param>
/// <param name="RevokedFrom">From when on the key is revoked.</param>
/// <param name="Signed">The first page of what it signed from then on; more at <c>…/signed?since=</c>.</param>
internal sealed record CompromiseView(OutcomeView Outcome, DateTimeOffset RevokedFrom, ListView<SignedMessageView> Signed);

/// <summary>A message that a key signed.</summary>
/// <param name="Key">Message key.</param>
/// <param name="Id">The sender's id.</param>
/// <param name="Type">Service and version.</param>
/// <param name="Accepted">When the hub accepted it.</param>
/// <param name="Entry">Its acceptance in the log.</param>
/// <param name="Certain">Whether the acceptance entry says that it was this key.</param>
internal sealed record SignedMessageView(string Key, string Id, string Type, DateTimeOffset Accepted, long Entry, bool Certain);
