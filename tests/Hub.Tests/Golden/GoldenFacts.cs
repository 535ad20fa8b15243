using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;

namespace Hub.Tests.Golden;

/// <summary>What the manifest says of a good sample's model, in a form that any language can compare.</summary>
public static class GoldenFacts
{
    public static JsonObject Of(Envelope envelope)
    {
        var facts = new JsonObject
        {
            ["key"] = envelope.Key.Value,
            ["id"] = envelope.Id,
            ["type"] = envelope.Type.Value,
            ["from"] = envelope.From.ToString(),
            ["to"] = new JsonArray([.. envelope.To.Select(r => new JsonObject { ["address"] = r.Address.Value, ["role"] = r.Role == RecipientRole.Main ? "main" : "info" })]),
            ["created"] = Rfc3339.Format(envelope.Created),
            ["priority"] = envelope.Priority,
        };
        if (envelope.NotBefore is { } notBefore) facts["notBefore"] = Rfc3339.Format(notBefore);
        if (envelope.Expires is { } expires) facts["expires"] = Rfc3339.Format(expires);
        if (envelope.Conversation is { } conversation) facts["conversation"] = conversation;
        if (envelope.Sequence is { } sequence) facts["sequence"] = sequence;
        if (envelope.InReplyTo is { } reply) facts["inReplyTo"] = new JsonObject { ["key"] = reply.Key.Value, ["sha256"] = reply.Sha256 };
        if (envelope.Subject is { } subject) facts["subject"] = subject;
        if (envelope.Payload is { } payload) facts["payload"] = Of(payload);
        facts["attachments"] = new JsonArray([.. envelope.Attachments.Select(Of)]);
        facts["extensions"] = new JsonArray([.. envelope.Extensions.Select(e => new JsonObject { ["name"] = e.Name, ["value"] = e.Value, ["mustUnderstand"] = e.MustUnderstand })]);
        return facts;
    }

    private static JsonObject Of(Payload payload) => new()
    {
        ["form"] = payload.Form switch { PayloadForm.Xml => "xml", PayloadForm.Json => "json", _ => "bytes" },
        ["mediaType"] = payload.MediaType,
        ["encryption"] = payload.Encryption switch { PayloadEncryption.None => "none", PayloadEncryption.Jwe => "jwe", _ => "xmlenc11" },
        ["size"] = payload.Data.Length,
        ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(payload.Data.Span)),
    };

    private static JsonObject Of(Attachment attachment) => new()
    {
        ["name"] = attachment.Name,
        ["mediaType"] = attachment.MediaType,
        ["size"] = attachment.Size,
        ["sha256"] = attachment.Sha256,
        ["inline"] = attachment.Inline is not null,
    };
}
