using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>What hangs below one message: exact bytes, entries, receipt, attachments.</summary>
internal static class MessageContentEndpoints
{
    private const Scopes Readers = Scopes.System | Scopes.Operator | Scopes.Auditor;
    private const string ReasonNote = " Operators and auditors need the scope 'content' and the header Hub-Reason; the reading is logged.";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/messages/{key}/content", ContentAsync).RequireScope(Readers)
            .WithTags("Messages").WithName("getContent").WithSummary("The exact bytes the sender signed").WithDescription("Untouched octets, with Content-Digest (RFC 9530)." + ReasonNote)
            .Produces<byte[]>(StatusCodes.Status200OK, EnvelopeCodec.XmlMediaType, EnvelopeCodec.JsonMediaType)
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.ContentErased, ProblemCode.RateLimited, ProblemCode.Unavailable);
        routes.MapGet("/api/v1/messages/{key}/entries", EntriesAsync).RequireScope(Readers)
            .WithTags("Messages").WithName("getEntries").WithSummary("The log's entries about a message, in order")
            .WithDescription("The sender sees all of them, a recipient the acceptance and its own. Without a reason, operators and auditors see headers only." + ReasonNote)
            .Produces<ListView<EntryView>>()
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound);
        routes.MapGet("/api/v1/messages/{key}/receipt", ReceiptAsync).RequireScope(Readers)
            .WithTags("Messages").WithName("getReceipt").WithSummary("The receipt: an offline-verifiable proof of acceptance")
            .Produces<string>(StatusCodes.Status200OK, Receipt.MediaType)
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound, ProblemCode.ContentErased);
        routes.MapGet("/api/v1/messages/{key}/attachments/{sha256}", AttachmentAsync).RequireScope(Readers)
            .WithTags("Messages").WithName("getAttachment").WithSummary("An attachment that was uploaded before the message").WithDescription("Supports ranges." + ReasonNote)
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.ContentErased);
    }

    private static async Task ContentAsync(HttpContext context, string key, MessageReads reads, IHubStore store, [FromKeyedServices(BodyBudget.Outgoing)] BodyBudget budget)
    {
        var caller = context.Caller();
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        using var large = Large(visible.Message.Size, caller, budget);
        await reads.RequireContentAsync(context, caller, visible, "content");
        var octets = await store.ReadOctetsAsync(visible.Message.Key, context.RequestAborted) ?? throw Erased(visible.Message);
        var response = context.Response;
        response.ContentType = EnvelopeCodec.MediaTypeOf(visible.Message.Encoding);
        response.ContentLength = octets.Length;
        response.Headers[MessageEndpoints.MessageHeader] = visible.Message.Key.Value;
        response.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(octets.Span))}:";
        await LargeAnswer.WriteAsync(context, octets, budget.Clock);
    }

    /// <summary>Room for a large answer; null when it is small.</summary>
    internal static BodyBudget.LargeBody? Large(long size, Caller caller, BodyBudget budget)
    {
        if (size <= BodyBudget.SmallBody) return null;
        var large = budget.Begin(caller.Actor, size);
        try
        {
            large.Hold(size);
            return large;
        }
        catch
        {
            large.Dispose();
            throw;
        }
    }

    private static async Task<IResult> EntriesAsync(HttpContext context, string key, MessageReads reads, IHubStore store)
    {
        var caller = context.Caller();
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        var withBodies = visible.IsParty || MessageReads.ReasonOf(context) is not null;
        if (withBodies && !visible.IsParty) await reads.RequireContentAsync(context, caller, visible, "entries");
        IEnumerable<EntryRecord> entries = await store.ListEntriesAsync(visible.Message.Key, context.RequestAborted);
        if (visible.IsPart)
        {
            HashSet<string> own = [.. visible.Deliveries.Select(static delivery => delivery.Recipient.ToString())];
            entries = entries.Where(entry => Concerns(entry, own));
        }

        return Results.Json(new ListView<EntryView>([.. entries.Select(entry => EntryView.Of(entry, withBodies))], null), HubJson.Options);
    }

    private static bool Concerns(EntryRecord entry, HashSet<string> recipients)
    {
        var header = entry.ParseHeader();
        return header.Kind == EntryKinds.MessageAccepted || recipients.Contains(header.Actor)
            || (entry.Body is { } body && JsonNode.Parse(body.Span) is JsonObject said
                && said["recipient"]?.GetValueKind() == JsonValueKind.String && recipients.Contains(said["recipient"]!.GetValue<string>()));
    }

    private static async Task ReceiptAsync(HttpContext context, string key, MessageReads reads, TrailReader trail)
    {
        var caller = context.Caller();
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        if (visible.Message.Erased is not null) throw Erased(visible.Message);
        await MessageEndpoints.WriteReceiptAsync(context.Response, await trail.ReceiptAsync(visible.Message));
    }

    private static async Task<IResult> AttachmentAsync(HttpContext context, string key, string sha256, MessageReads reads, IUploadStore uploads)
    {
        var caller = context.Caller();
        var visible = await reads.FindAsync(caller, key, context.RequestAborted);
        await reads.RequireContentAsync(context, caller, visible, "attachment");
        if (visible.Message.Erased is not null) throw Erased(visible.Message);
        if (!visible.Message.Uploads.Contains(sha256, StringComparer.Ordinal))
            throw ProblemCode.NotFound.With("The message has no uploaded attachment with this SHA-256; inline ones stand in its content.");
        var content = await uploads.OpenReadAsync(visible.Message.From, sha256, context.RequestAborted)
            ?? throw ProblemCode.NotFound.With("The attachment's bytes are not there.");
        return Results.Stream(content, "application/octet-stream", enableRangeProcessing: true);
    }

    private static ProblemException Erased(MessageRecord message) =>
        ProblemCode.ContentErased.With($"The content of {message.Key} was erased at {message.Erased:yyyy-MM-ddTHH:mm:ssZ}; its entries' headers still verify.");
}
