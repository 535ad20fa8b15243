using System.Runtime.InteropServices;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/mailbox/claims</c>: the channel of systems that come and get their messages.</summary>
internal static class MailboxEndpoints
{
    private const long MaxInline = 1024 * 1024;
    private const long MaxInlineTogether = 8 * 1024 * 1024;
    private const int MaxRetryAfter = 86_400;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/mailbox/claims", ClaimAsync).RequireScope(Scopes.System)
            .WithTags("Mailbox").WithName("claim").WithSummary("Claim messages; waits up to waitSeconds when there are none")
            .Accepts<ClaimRequest>("application/json").Produces<ClaimsView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated);
        routes.MapPost("/api/v1/mailbox/claims/{claim}/ack", AckAsync).RequireScope(Scopes.System)
            .WithTags("Mailbox").WithName("ack").WithSummary("Say that you have the message, with a business answer if you want")
            .WithDescription("An empty or JSON body is kept as asserted by the hub. A signed hub.ack.v1 envelope as body is your own word; its receipt is the answer.")
            .Accepts<AckRequest>("application/json", EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .Produces<DeliveryView>().Produces<string>(StatusCodes.Status202Accepted, Receipt.MediaType)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.ClaimLost, ProblemCode.SchemaViolation, ProblemCode.TooLarge, ProblemCode.RateLimited);
        routes.MapPost("/api/v1/mailbox/claims/{claim}/nack", NackAsync).RequireScope(Scopes.System)
            .WithTags("Mailbox").WithName("nack").WithSummary("Give the message back; it is offered again later").Accepts<NackRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.ClaimLost, ProblemCode.RateLimited);
        routes.MapPost("/api/v1/mailbox/claims/{claim}/renew", RenewAsync).RequireScope(Scopes.System)
            .WithTags("Mailbox").WithName("renew").WithSummary("Prolong a claim").Produces<RenewalView>()
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.ClaimLost, ProblemCode.RateLimited);
    }

    private static async Task ClaimAsync(
        HttpContext context, Mailbox mailbox, IHubStore store, IHostApplicationLifetime lifetime, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget budget)
    {
        var caller = context.Caller().RequireSystem();
        var request = await HubJson.ReadAsync<ClaimRequest>(context, emptyAllowed: true);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        IReadOnlyList<MailboxClaim> claims;
        try
        {
            claims = await mailbox.ClaimAsync(caller, request.Max, TimeSpan.FromSeconds(request.WaitSeconds), waiting.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The hub is stopping: who waits is told that there is nothing, and comes back.
            claims = [];
        }

        using var inline = new InlineRoom(budget, caller.ToString(), request.Inline ? MaxInlineTogether : 0);
        List<ClaimView> views = [];
        foreach (var claim in claims)
        {
            var fits = claim.Message.Size <= MaxInline && inline.TryTake(claim.Message.Size);
            views.Add(View(claim, fits ? await store.ReadOctetsAsync(claim.Message.Key, context.RequestAborted) : null));
        }

        await Results.Json(new ClaimsView(views), HubJson.Options).ExecuteAsync(context);
    }

    private static ClaimView View(MailboxClaim claim, ReadOnlyMemory<byte>? content) => new(
        claim.Claim, claim.Delivery.Id, claim.Message.Key.Value, claim.Message.Type.Value, claim.Message.From.ToString(),
        claim.Message.Sha256, claim.Message.Size, EnvelopeCodec.MediaTypeOf(claim.Message.Encoding),
        claim.Delivery.Attempts, claim.Delivery.Replays > 0, claim.ClaimedUntil, claim.Statement,
        content is { } octets ? Array(octets) : null, $"/api/v1/messages/{claim.Message.Key}/content");

    /// <summary>The store's own array, when it is exactly the content: no copy.</summary>
    private static byte[] Array(ReadOnlyMemory<byte> octets) =>
        MemoryMarshal.TryGetArray(octets, out var segment) && segment.Array is { } array && segment.Count == array.Length ? array : octets.ToArray();

    private static async Task AckAsync(HttpContext context, string claim, Mailbox mailbox, IIntake intake)
    {
        var caller = context.Caller().RequireSystem();
        if (context.Request.ContentType?.Split(';')[0].Trim() is EnvelopeCodec.XmlMediaType or EnvelopeCodec.JsonMediaType)
        {
            await SignedAckAsync(context, caller, claim, mailbox, intake);
            return;
        }

        var request = await HubJson.ReadAsync<AckRequest>(context, emptyAllowed: true);
        var answer = request is { Outcome: null, Status: null, Reason: null } ? null : new UnsignedAnswer(OutcomeOf(request.Outcome), request.Status, request.Reason);
        var delivery = await mailbox.AckAsync(caller, claim, answer, context.RequestAborted);
        await Results.Json(DeliveryView.Of(delivery), HubJson.Options).ExecuteAsync(context);
    }

    private static AcknowledgementOutcome OutcomeOf(string? text) => text switch
    {
        null or "accepted" => AcknowledgementOutcome.Accepted,
        "refused" => AcknowledgementOutcome.Refused,
        _ => throw QueryText.Bad("outcome", text, "accepted or refused"),
    };

    private static async Task SignedAckAsync(HttpContext context, SystemAddress caller, string claim, Mailbox mailbox, IIntake intake)
    {
        var encoding = MessageEndpoints.EncodingOf(context.Request.ContentType);
        var message = await mailbox.MessageOfAsync(caller, claim, context.RequestAborted);
        using var body = await RequestBody.ReadAsync(context, Mailbox.MaxSignedAnswer);
        // Only to see which message it answers, before intake verifies and applies it.
        var envelope = encoding == EnvelopeEncoding.Xml
            ? XmlEnvelope.ReadUnverified(body.Memory, EnvelopeLimits.Default)
            : JsonEnvelope.ReadUnverified(body.Memory, EnvelopeLimits.Default);
        if (envelope.Type != MessageType.Acknowledgement || envelope.InReplyTo?.Key != message)
            throw ProblemCode.InvalidRequest.With($"The envelope is a {envelope.Type} in reply to {envelope.InReplyTo?.Key.Value ?? "nothing"}; this claim wants a {MessageType.Acknowledgement} in reply to {message}.");
        await MessageEndpoints.AnswerAsync(context.Response, await intake.AcceptAsync(body.Memory, encoding, caller, context.RequestAborted));
    }

    private static async Task<IResult> NackAsync(HttpContext context, string claim, Mailbox mailbox)
    {
        var caller = context.Caller().RequireSystem();
        var request = await HubJson.ReadAsync<NackRequest>(context, emptyAllowed: true);
        if (request.RetryAfterSeconds is < 0 or > MaxRetryAfter) throw QueryText.Bad("retryAfterSeconds", request.RetryAfterSeconds.Value.ToString(), $"0 to {MaxRetryAfter}");
        TimeSpan? wait = request.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        await mailbox.NackAsync(caller, claim, request.Reason, wait, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> RenewAsync(HttpContext context, string claim, Mailbox mailbox) =>
        Results.Json(new RenewalView(await mailbox.RenewAsync(context.Caller().RequireSystem(), claim, context.RequestAborted)), HubJson.Options);
}
