using System.Diagnostics;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;
using Hub.Host.Telemetry;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/messages</c>: send, look up, list.</summary>
internal static class MessageEndpoints
{
    internal const string MessageHeader = "Hub-Message";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/messages", SendAsync).RequireScope(Scopes.System)
            .WithTags("Messages").WithName("sendMessage").WithSummary("Send a signed envelope; the answer is its receipt")
            .WithDescription("The body is the exact signed envelope. 202: accepted now; 200: accepted before with the same content, the same receipt again. Nothing is promised before the commit is durable. A service that will end says so: Deprecation (RFC 9745), Sunset (RFC 8594), and a link to its successor.")
            .Accepts<byte[]>(EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .Produces<string>(StatusCodes.Status202Accepted, Receipt.MediaType)
            .Produces<string>(StatusCodes.Status200OK, Receipt.MediaType)
            .ProducesProblems(ProblemCode.MalformedEnvelope, ProblemCode.Unauthenticated, ProblemCode.SignatureInvalid, ProblemCode.DuplicateConflict, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType, ProblemCode.UnknownRecipient, ProblemCode.RateLimited, ProblemCode.Unavailable);
        routes.MapGet("/api/v1/messages/{key}", GetAsync).RequireScope(Scopes.System | Scopes.Operator | Scopes.Auditor)
            .WithTags("Messages").WithName("getMessage").WithSummary("A message and its deliveries, without content")
            .Produces<MessageView>()
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound);
        routes.MapGet("/api/v1/messages", ListAsync).RequireScope(Scopes.System | Scopes.Operator | Scopes.Auditor)
            .WithTags("Messages").WithName("listMessages").WithSummary("Messages you sent or receive, newest first")
            .WithDescription("All filters are optional and combine. A message with notBefore is listed for its recipients from then on; their filter by state looks at their own delivery. 'next' of one page is 'cursor' of the following one. A page may be short, even empty, and still have 'next', when few messages pass the filters: the last page is the one without 'next'.")
            .Produces<ListView<MessageView>>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated);
    }

    private static async Task SendAsync(HttpContext context, IntakeDoor door, IIntake intake, IRegistry registry)
    {
        var caller = context.Caller().RequireSystem();
        var encoding = EncodingOf(context.Request.ContentType);
        var shown = ReceiptEndpoints.Shown(context.Request);
        var started = 0L;
        var accepted = await door.TakeAsync(context, caller, encoding, body =>
        {
            started = Stopwatch.GetTimestamp();
            return shown is null ? intake.AcceptAsync(body, encoding, caller, context.RequestAborted) : intake.AcceptAgainAsync(body, encoding, caller, shown, context.RequestAborted);
        });
        if (accepted is null) return;
        HubMeter.AcceptDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        ServiceNotices.Write(context.Response, registry.Current, accepted.Type);
        await AnswerAsync(context.Response, accepted);
    }

    /// <summary>Answers with a receipt: 202 for a new message, 200 for one accepted before.</summary>
    internal static Task AnswerAsync(HttpResponse response, Acceptance accepted)
    {
        response.StatusCode = accepted.Duplicate ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        response.Headers.Location = $"/api/v1/messages/{accepted.Key}";
        response.Headers[MessageHeader] = accepted.Key.Value;
        return WriteReceiptAsync(response, accepted.Receipt);
    }

    internal static Task WriteReceiptAsync(HttpResponse response, Receipt receipt)
    {
        var octets = receipt.ToUtf8();
        response.ContentType = Receipt.MediaType;
        response.ContentLength = octets.Length;
        return response.Body.WriteAsync(octets).AsTask();
    }

    /// <summary>The encoding that a content type names; parameters (such as charset) are not part of either type.</summary>
    internal static EnvelopeEncoding EncodingOf(string? contentType)
    {
        var type = contentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var end) type = type[..end];
        type = type.Trim();
        if (type.Equals(EnvelopeCodec.JsonMediaType, StringComparison.OrdinalIgnoreCase)) return EnvelopeEncoding.Json;
        if (type.Equals(EnvelopeCodec.XmlMediaType, StringComparison.OrdinalIgnoreCase)) return EnvelopeEncoding.Xml;
        throw ProblemCode.UnsupportedMediaType.With($"The content type is '{contentType}'. Send {EnvelopeCodec.XmlMediaType} or {EnvelopeCodec.JsonMediaType}.");
    }

    private static async Task<IResult> GetAsync(HttpContext context, string key, MessageReads reads)
    {
        var caller = context.Caller();
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        return Results.Json(MessageView.Of(visible.Message, visible.IsParty, visible.Deliveries), HubJson.Options);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, SubtreeReads reads, TimeProvider clock, string? from, string? recipient, string? type, string? state,
        string? since, string? until, string? conversation, string? cursor, int? limit)
    {
        var caller = context.Caller();
        var query = new MessageQuery
        {
            VisibleTo = caller.SeesAll ? null : caller.RequireSystem(),
            VisibleAt = caller.SeesAll ? null : clock.GetUtcNow(),
            From = QueryText.Address(from, nameof(from)),
            Recipient = QueryText.Address(recipient, nameof(recipient)),
            Type = type is null ? null : MessageType.TryParse(type, out var parsed) ? parsed : throw QueryText.Bad(nameof(type), type, "a message type such as vn.document.v1"),
            State = QueryText.State(state),
            Since = QueryText.Instant(since, nameof(since)),
            Until = QueryText.Instant(until, nameof(until)),
            Conversation = conversation,
            Cursor = cursor,
            Limit = QueryText.Limit(limit),
        };
        var page = await reads.ListMessagesAsync(caller, query, context.RequestAborted);
        return Results.Json(new ListView<MessageView>([.. page.Items.Select(message => MessageView.Of(message, !caller.SeesAll, null))], page.Next), HubJson.Options);
    }
}
