using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>A message with the deliveries that one caller may see.</summary>
/// <param name="Message">The message.</param>
/// <param name="Deliveries">All for the sender and operators, a recipient's own for it; those within their subtree for operators who have one.</param>
/// <param name="IsParty">Whether the caller sent or receives it.</param>
/// <param name="ContentIsClosed">Whether the caller is a recipient to whom it is no longer to be given: expired or cancelled.</param>
internal sealed record VisibleMessage(MessageRecord Message, IReadOnlyList<DeliveryRecord> Deliveries, bool IsParty, bool ContentIsClosed = false)
{
    /// <summary>Whether the caller sees recipients of the message only, not its sender's side.</summary>
    internal bool IsPart { get; init; }
}

/// <summary>Who sees which message. Others' messages look like none: same answer, same look-ups, whatever exists.</summary>
internal sealed class MessageReads(IHubStore store, SubtreeReads subtrees, ICommitter committer, TimeProvider clock)
{
    internal const string ReasonHeader = "Hub-Reason";
    private const int MaxReason = 500;

    /// <summary>Finds a message for a caller; a recipient finds it from the sender's <c>notBefore</c> on.</summary>
    /// <exception cref="ProblemException"><c>not-found</c>.</exception>
    internal async ValueTask<VisibleMessage> FindAsync(Caller caller, string key, CancellationToken cancellationToken)
    {
        if (!MessageKey.TryParse(key, out var parsed)) throw NotFound();
        var message = await store.FindMessageAsync(parsed, cancellationToken);
        var deliveries = await store.ListDeliveriesAsync(parsed, cancellationToken);
        if (message is null) throw NotFound();
        if (caller.System is not { } system) return ForOperator(subtrees.Of(caller), message, deliveries);
        if (message.From == system) return new VisibleMessage(message, deliveries, IsParty: true);
        List<DeliveryRecord> own = [.. deliveries.Where(delivery => delivery.Recipient == system)];
        if (own.Count == 0 || message.NotBefore > clock.GetUtcNow()) throw NotFound();
        return new VisibleMessage(message, own, IsParty: true, ContentIsClosed: own.All(static d => d.State is DeliveryState.Expired or DeliveryState.Cancelled)) { IsPart = true };
    }

    private static VisibleMessage ForOperator(Subtree subtree, MessageRecord message, IReadOnlyList<DeliveryRecord> deliveries)
    {
        var within = subtree.Within(message, deliveries);
        var seesWhole = subtree.HoldsSender(message);
        return seesWhole || within.Count > 0 ? new VisibleMessage(message, within, IsParty: false) { IsPart = !seesWhole } : throw NotFound();
    }

    /// <summary>Lets a party read content; asks operators and auditors for scope and reason and writes down that they read.</summary>
    /// <exception cref="ProblemException"><c>not-allowed</c> without scope or reason, or to a recipient whose delivery expired or was cancelled.</exception>
    internal async ValueTask RequireContentAsync(HttpContext context, Caller caller, VisibleMessage visible, string what)
    {
        if (visible.ContentIsClosed)
            throw ProblemCode.NotAllowed.With($"Your delivery is {visible.Deliveries[0].State.ToString().ToLowerInvariant()}, so {what} is not given any more. Ask the sender to send it again.");
        if (visible.IsParty) return;
        if (!caller.Has(Scopes.Content))
            throw ProblemCode.NotAllowed.With($"'{caller.Actor}' sees metadata only; reading {what} asks for the scope 'content'.");
        var reason = ReasonOf(context) ?? throw ProblemCode.NotAllowed.With($"Reading {what} of others' messages asks for a reason: send the header {ReasonHeader} (percent-encoded UTF-8, 1 to {MaxReason} characters).");
        await committer.RunAsync(
            scope => ValueTask.FromResult(scope.Append(new TrailEntry(
                EntryKinds.AccessRead, visible.Message.Key, caller.Actor, new JsonObject { ["what"] = what, ["reason"] = reason }))),
            context.RequestAborted);
    }

    /// <summary>The reason given for this request, if any.</summary>
    internal static string? ReasonOf(HttpContext context)
    {
        var header = context.Request.Headers[ReasonHeader];
        if (header.Count != 1 || string.IsNullOrWhiteSpace(header[0])) return null;
        var reason = Uri.UnescapeDataString(header[0]!).Trim();
        return reason.Length is 0 or > MaxReason || reason.Any(char.IsControl) ? null : reason;
    }

    internal static ProblemException NotFound() => ProblemCode.NotFound.With("There is no such message among yours.");
}
