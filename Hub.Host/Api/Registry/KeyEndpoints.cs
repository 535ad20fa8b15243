using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Changes;
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
            .WithDescription("In force at once, without a second person: tokens of the key die, envelopes of it are refused. 'since' may lie in the past; what the key signed from then on is listed, and stays accepted until somebody decides otherwise. A revocation is never moved later. A system may report its own keys.")
            .Accepts<CompromiseRequest>("application/json").Produces<CompromiseView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.NotFound, ProblemCode.RegistryInvalid);
        routes.MapGet(One + "/signed", SignedAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Registry").WithName("listSignedByKey").WithSummary("Accepted messages that a key signed since an instant, newest first")
            .WithDescription("A page may be short, even empty, and still have 'next'. Where the acceptance entry was erased with its content the key is not known any more; such messages are listed too, with certain = false.")
            .Produces<ListView<SignedMessageView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotFound);
    }

    private static async Task<IResult> CompromisedAsync(HttpContext context, RegistryReads reads, IRegistryChanges changes, IRegistry registry, SignedMessages signed)
    {
        var request = await HubJson.ReadAsync<CompromiseRequest>(context);
        var (key, moment) = await FindAsync(context, reads);
        var reason = request.Reason?.Trim() is { Length: > 0 } said ? said : throw QueryText.Bad("reason", "", "1 to 500 characters: what happened; it stands in the log");
        // Instants of the registry have whole milliseconds: a finer one would lie in its future.
        var since = request.Since ?? moment.At.AddTicks(-(moment.At.Ticks % TimeSpan.TicksPerMillisecond));
        var outcome = await changes.CompromiseAsync(key.System, key.Key.Key.Id, since, context.Caller().ToRegistryActor(), reason, context.RequestAborted);
        var from = (RegistryObjects.Find(registry.Current, RegistrySections.Keys, $"{key.System} {key.Key.Key.Id}") as OwnedKey)?.Key.Revoked ?? since;
        return Results.Json(new CompromiseView(OutcomeView.Of(outcome), from, await ListAsync(signed, key, from, null, null, context.RequestAborted)), HubJson.Options);
    }

    private static async Task<IResult> SignedAsync(HttpContext context, RegistryReads reads, SignedMessages signed, string? since, string? cursor, int? limit)
    {
        var (key, _) = await FindAsync(context, reads);
        return Results.Json(await ListAsync(signed, key, QueryText.Instant(since, nameof(since)), cursor, limit, context.RequestAborted), HubJson.Options);
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

    private static async ValueTask<ListView<SignedMessageView>> ListAsync(SignedMessages signed, OwnedKey key, DateTimeOffset? since, string? cursor, int? limit, CancellationToken cancellationToken)
    {
        var page = await signed.ListAsync(key.System, key.Key.Key.Thumbprint, since, cursor, QueryText.Limit(limit), cancellationToken);
        return new ListView<SignedMessageView>([.. page.Items.Select(SignedMessageView.Of)], page.Next);
    }
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
/// <param name="Recipients">The systems it went to.</param>
/// <param name="Certain">Whether the acceptance entry says that it was this key.</param>
internal sealed record SignedMessageView(string Key, string Id, string Type, DateTimeOffset Accepted, long Entry, IReadOnlyList<string> Recipients, bool Certain)
{
    internal static SignedMessageView Of(SignedMessage signed) => new(
        signed.Message.Key.Value, signed.Message.Id, signed.Message.Type.Value, signed.Message.Accepted, signed.Message.Entry, signed.Recipients, signed.Certain);
}
