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

    private string Sha256 => field ??= Convert.ToHexStringLower(Verified.Sha256);

    internal string ContentDigest => field ??= Convert.ToHexStringLower(Verified.ContentDigest);

    /// <summary>The acceptance as the log commits to it, sealed: made before the commit, and once however often its unit runs.</summary>
    internal TrailEntry ToEntry()
    {
        var envelope = Verified.Envelope;
        var body = new EntryText().Open()
            .Add("accepted"u8, Rfc3339.Format(Accepted))
            .Add("algorithm"u8, Verified.Algorithm.ToString().ToUpperInvariant());
        if (AllowedAsReplyTo is { } request) body.Add("allowedAsReplyTo"u8, request.Value);
        body.Add("assurance"u8, Assurance)
            .Add("contentDigest"u8, ContentDigest)
            .Add("created"u8, Rfc3339.Format(envelope.Created))
            .Add("encoding"u8, Verified.Encoding == EnvelopeEncoding.Xml ? "xml" : "json")
            .Add("from"u8, envelope.From.ToString())
            .Add("id"u8, envelope.Id)
            .Add("keyThumbprint"u8, Verified.Key.Thumbprint)
            .OpenList("recipients"u8);
        foreach (var recipient in Recipients) Describe(body, recipient);
        body.CloseList()
            .Add("registry"u8, Registry)
            .Add("sha256"u8, Sha256)
            .Add("size"u8, Verified.Octets.Length)
            .Add("type"u8, envelope.Type.Value)
            .Close();
        return TrailEntry.Of(EntryKinds.MessageAccepted, Key, Assurance == Assurances.AttestedHub ? "hub" : envelope.From.ToString(), body);
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
            Sha256 = Sha256,
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

    private static void Describe(EntryText body, ResolvedRecipient recipient)
    {
        body.Open();
        if (recipient.Redirection is { } redirection)
        {
            body.Add("redirectedFrom"u8, redirection.System?.ToString() ?? redirection.Agency.Value)
                .Add("reorganisation"u8, redirection.Reorganisation);
        }

        body.Add("role"u8, recipient.Role == RecipientRole.Main ? "main" : "info")
            .Add("system"u8, recipient.System.Address.ToString())
            .Add("why"u8, recipient.Why)
            .Close();
    }
}
