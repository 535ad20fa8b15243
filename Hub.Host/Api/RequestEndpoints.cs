using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Requests;
using Hub.Core.Storage;
using Hub.Host.Api.Problems;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/requests</c>: send a message and wait for its reply in one exchange.</summary>
internal static class RequestEndpoints
{
    private const string ReplyHeader = "Hub-Reply";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/requests", SendAsync).RequireScope(Scopes.System)
            .WithTags("Requests").WithName("sendRequest").WithSummary("Send a signed request, wait, and get its signed reply")
            .WithDescription("The body is a signed envelope as for POST /api/v1/messages, to one system, of a service that states a reply. Prefer: wait=SECONDS (RFC 7240) says how long to wait, at most the service's time limit. 200: the exact octets of the reply, a message of its own, whose delivery to you ends with this answer. 504: no reply yet; the problem holds the request's key and receipt, and the reply comes through your channel or GET /api/v1/requests/{key}.")
            .Accepts<byte[]>(EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .Produces<byte[]>(StatusCodes.Status200OK, EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .ProducesProblems(ProblemCode.MalformedEnvelope, ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.DuplicateConflict, ProblemCode.SchemaViolation, ProblemCode.RecipientRejected, ProblemCode.RateLimited, ProblemCode.Unavailable, ProblemCode.ReplyTimeout);
        routes.MapGet("/api/v1/requests/{key}", GetAsync).RequireScope(Scopes.System)
            .WithTags("Requests").WithName("getReply").WithSummary("The reply to a request you sent; waits up to 'wait' seconds for it")
            .WithDescription("The same reply each time, also when it has come through your channel already.")
            .Produces<byte[]>(StatusCodes.Status200OK, EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotFound, ProblemCode.ContentErased, ProblemCode.RecipientRejected, ProblemCode.RateLimited, ProblemCode.Unavailable, ProblemCode.ReplyTimeout);
    }

    private static async Task SendAsync(HttpContext context, IntakeDoor door, RequestDesk desk, IRegistry registry, IHostApplicationLifetime lifetime, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget budget)
    {
        var caller = context.Caller().RequireSystem();
        var wait = Preferred(context.Request.Headers["Prefer"]);
        var encoding = MessageEndpoints.EncodingOf(context.Request.ContentType);
        // The envelope's memory is given back before the wait.
        var pending = await door.TakeAsync(context, caller, encoding, body => desk.SubmitAsync(body, encoding, caller, wait, context.RequestAborted));
        if (pending is null) return;
        await using (pending)
        {
            context.Response.Headers[MessageEndpoints.MessageHeader] = pending.Message.Key.Value;
            ServiceNotices.Write(context.Response, registry.Current, pending.Message.Type);
            await AnswerAsync(context, pending, lifetime, budget);
        }
    }

    private static async Task GetAsync(HttpContext context, string key, int? wait, RequestDesk desk, IHostApplicationLifetime lifetime, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget budget)
    {
        var caller = context.Caller().RequireSystem();
        if (wait is < 0) throw QueryText.Bad("wait", wait.Value.ToString(CultureInfo.InvariantCulture), "0 or more seconds");
        if (!MessageKey.TryParse(key, out var parsed)) throw MessageReads.NotFound();
        await using var pending = await desk.ResumeAsync(parsed, caller, TimeSpan.FromSeconds(wait ?? 0), context.RequestAborted);
        context.Response.Headers[MessageEndpoints.MessageHeader] = key;
        await AnswerAsync(context, pending, lifetime, budget);
    }

    private static async Task AnswerAsync(HttpContext context, PendingRequest pending, IHostApplicationLifetime lifetime, BodyBudget budget)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var outcome = new RequestOutcome(null, null);
        try
        {
            outcome = await pending.WaitAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The hub is stopping: as if the time were over.
        }

        if (outcome.Reply is not { } reply) throw Ended(context, pending, outcome.Failed);
        using var large = MessageContentEndpoints.Large(reply.Octets.Length, context.Caller(), budget);
        var response = context.Response;
        response.ContentType = EnvelopeCodec.MediaTypeOf(reply.Message.Encoding);
        response.ContentLength = reply.Octets.Length;
        response.Headers[ReplyHeader] = reply.Message.Key.Value;
        response.Headers["Hub-Delivery"] = reply.Delivery.Id.ToString(CultureInfo.InvariantCulture);
        response.Headers["Hub-Delivery-Statement"] = reply.Statement;
        response.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(reply.Octets.Span))}:";
        await LargeAnswer.WriteAsync(context, reply.Octets, budget.Clock);
        await response.CompleteAsync();
        // Whoever left before the last octet gets the reply through his channel.
        if (!context.RequestAborted.IsCancellationRequested) await pending.WrittenAsync(reply);
    }

    private static ProblemException Ended(HttpContext context, PendingRequest pending, DeliveryRecord? failed)
    {
        var key = pending.Message.Key;
        var extras = new ProblemExtras { ["request"] = $"/api/v1/requests/{key}" };
        if (pending.Accepted is { } accepted) extras["receipt"] = accepted.Receipt.ToString();
        if (failed is not null) extras["delivery"] = new JsonObject { ["recipient"] = failed.Recipient.ToString(), ["state"] = failed.State.ToString().ToLowerInvariant(), ["problem"] = failed.LastProblem, ["reason"] = failed.Reason };
        context.Features.Set(extras);
        context.Response.Headers.Append("Link", $"</api/v1/messages/{key}/receipt>; rel=\"describedby\"; type=\"{Receipt.MediaType}\"");
        return new ProblemException(new Problem(CodeOf(failed), DetailOf(pending, failed)) { MessageKey = key.Value });
    }

    private static ProblemCode CodeOf(DeliveryRecord? failed) => failed switch
    {
        null => ProblemCode.ReplyTimeout,
        { State: DeliveryState.Acknowledged } => ProblemCode.RecipientRejected,
        { State: DeliveryState.Expired } => ProblemCode.Expired,
        { LastProblem: { } last } when ProblemCode.TryFind(last, out var code) && code.HttpStatus >= 500 => code,
        _ => ProblemCode.RecipientFailed,
    };

    private static string DetailOf(PendingRequest pending, DeliveryRecord? failed) => failed is null
        ? $"The request {pending.Message.Key} was accepted, and no reply has come yet. It goes on: ask /api/v1/requests/{pending.Message.Key} later, or wait for the reply in your channel."
        : $"The request {pending.Message.Key} to {failed.Recipient} ended without a reply: its delivery is {failed.State.ToString().ToLowerInvariant()}{(failed.Outcome is null ? "" : $" ({failed.Outcome})")}.";

    /// <summary>The preference <c>wait</c> of RFC 7240, section 4.3; others are ignored, as that standard says.</summary>
    private static TimeSpan? Preferred(Microsoft.Extensions.Primitives.StringValues prefer)
    {
        foreach (var one in prefer.SelectMany(static line => (line ?? "").Split(',')))
        {
            var parts = one.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !parts[0].Equals("wait", StringComparison.OrdinalIgnoreCase)) continue;
            return int.TryParse(parts[1].Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : throw ProblemCode.InvalidRequest.With("The preference 'wait' is a whole number of seconds, e.g. Prefer: wait=30.");
        }

        return null;
    }
}
