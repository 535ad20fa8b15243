using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Changes;

/// <summary>A message that a key signed, or may have signed.</summary>
/// <param name="Message">The message.</param>
/// <param name="Recipients">The systems it went to.</param>
/// <param name="Certain">Whether its acceptance entry names the key; false where the entry's body was erased by law.</param>
public sealed record SignedMessage(MessageRecord Message, IReadOnlyList<string> Recipients, bool Certain);

/// <summary>Finds what a key signed: what has to be looked at when it is compromised.</summary>
/// <param name="store">The messages and their entries.</param>
public sealed class SignedMessages(IHubStore store)
{
    /// <summary>Accepted messages of a system that one of its keys signed, newest first. A page may be short, even empty, and still
    /// have a next cursor.</summary>
    /// <param name="system">The sender.</param>
    /// <param name="thumbprint">SHA-256 of the key.</param>
    /// <param name="since">Accepted at or after.</param>
    /// <param name="cursor">Cursor of the page before; null for the first.</param>
    /// <param name="limit">Messages looked at for a page, 1 to 200.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Page<SignedMessage>> ListAsync(
        SystemAddress system, string thumbprint, DateTimeOffset? since, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        var page = await store.ListMessagesAsync(new MessageQuery { From = system, Since = since, Cursor = cursor, Limit = limit }, cancellationToken);
        var found = new List<SignedMessage>();
        foreach (var message in page.Items)
        {
            var body = await BodyAsync(message, cancellationToken);
            if (body is not null && (string?)body["keyThumbprint"] != thumbprint) continue;
            found.Add(new SignedMessage(message, [.. (body?["recipients"] as JsonArray ?? []).Select(r => (string?)r?["system"]).OfType<string>()], body is not null));
        }

        return new Page<SignedMessage>(found, page.Next);
    }

    private async ValueTask<JsonNode?> BodyAsync(MessageRecord message, CancellationToken cancellationToken) =>
        await store.ListEntriesAsync(message.Entry, 1, cancellationToken) is [{ Body: { } body } entry] && entry.ParseHeader().Kind == EntryKinds.MessageAccepted
            ? JsonNode.Parse(body.Span)
            : null;
}
