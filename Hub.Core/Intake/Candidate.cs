using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Intake;

/// <summary>A message that passed every check and only waits for its commit.</summary>
internal sealed record Candidate
{
    internal required VerifiedEnvelope Verified { get; init; }

    internal required string Assurance { get; init; }

    internal required DateTimeOffset Accepted { get; init; }

    /// <summary>Version of the registry that every check of it asked: with it the decision can be explained at any later time.</summary>
    internal required long Registry { get; init; }

    internal required IReadOnlyList<ResolvedRecipient> Recipients { get; init; }

    internal IReadOnlyList<string> Uploads { get; init; } = [];

    /// <summary>What a dead delivery does to those behind it in its conversation, when the service demands order.</summary>
    internal OnDead? Order { get; init; }

    /// <summary>The request whose reply this is, when that alone allows it: see <see cref="Requests.ReplyRight"/>.</summary>
    internal MessageKey? AllowedAsReplyTo { get; init; }

    /// <summary>The recipient's signed answer, when this is one that has to be applied.</summary>
    internal Acknowledgement? Answer { get; init; }

    /// <summary>Message key, hashed once.</summary>
    internal MessageKey Key => field.Value is null ? field = Verified.Envelope.Key : field;

    internal string ContentDigest => field ??= Convert.ToHexStringLower(Verified.ContentDigest);

    /// <summary>The acceptance as the log commits to it, sealed: made before the commit, and once however often its unit runs.</summary>
    internal TrailEntry ToEntry()
    {
        var envelope = Verified.Envelope;
        var body = new JsonObject
        {
            ["from"] = envelope.From.ToString(),
            ["id"] = envelope.Id,
            ["type"] = envelope.Type.Value,
            ["encoding"] = Verified.Encoding == EnvelopeEncoding.Xml ? "xml" : "json",
            ["size"] = Verified.Octets.Length,
            ["sha256"] = Convert.ToHexStringLower(Verified.Sha256),
            ["contentDigest"] = ContentDigest,
            ["assurance"] = Assurance,
            ["algorithm"] = Verified.Algorithm.ToString().ToUpperInvariant(),
            ["keyThumbprint"] = Verified.Key.Thumbprint,
            ["created"] = Rfc3339.Format(envelope.Created),
            ["accepted"] = Rfc3339.Format(Accepted),
            ["registry"] = Registry,
            ["recipients"] = new JsonArray([.. Recipients.Select(Describe)]),
        };
        if (AllowedAsReplyTo is { } request) body["allowedAsReplyTo"] = request.Value;
        return new TrailEntry(EntryKinds.MessageAccepted, Key, Assurance == Assurances.AttestedHub ? "hub" : envelope.From.ToString(), body).Prepare();
    }

    internal MessageRecord ToRecord(long entry)
    {
        var envelope = Verified.Envelope;
        return new MessageRecord
        {
            Key = Key,
            Id = envelope.Id,
            From = envelope.From,
            Type = envelope.Type,
            Encoding = Verified.Encoding,
            Size = Verified.Octets.Length,
            Sha256 = Convert.ToHexStringLower(Verified.Sha256),
            ContentDigest = ContentDigest,
            Assurance = Assurance,
            Created = envelope.Created,
            Accepted = Accepted,
            NotBefore = envelope.NotBefore,
            Expires = envelope.Expires,
            Priority = envelope.Priority,
            Conversation = envelope.Conversation,
            Sequence = envelope.Sequence,
            InReplyTo = envelope.InReplyTo?.Key,
            Subject = envelope.Subject,
            Uploads = Uploads,
            Entry = entry,
        };
    }

    private static JsonObject Describe(ResolvedRecipient recipient)
    {
        var item = new JsonObject
        {
            ["system"] = recipient.System.Address.ToString(),
            ["role"] = recipient.Role == RecipientRole.Main ? "main" : "info",
            ["why"] = recipient.Why,
        };
        if (recipient.Redirection is not { } redirection) return item;
        item["redirectedFrom"] = redirection.System?.ToString() ?? redirection.Agency.Value;
        item["reorganisation"] = redirection.Reorganisation;
        return item;
    }
}
