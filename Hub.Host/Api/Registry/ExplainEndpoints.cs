using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>GET /api/v1/rights/explain</c>: which right decides, now or as of a past decision.</summary>
internal static class ExplainEndpoints
{
    private const int MaxRecipients = 100;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/rights/explain", ExplainAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Registry").WithName("explainRight").WithSummary("Why a system may or may not send a type to a recipient")
            .WithDescription($"Either 'from', 'type' and 'to' (agency or agency/system; 'priority', 'size', 'sealed' and 'attachments' describe the message), at the instant 'at' or by the registry 'version'; or 'message': the key of an accepted message, whose decision is explained again by the registry of its time, for at most {MaxRecipients} recipients. A system asks about what it sends or gets; time travel is for operators and auditors.")
            .Produces<ExplanationView>()
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.UnknownRecipient,
                ProblemCode.NoSystemForType, ProblemCode.AmbiguousRecipient, ProblemCode.RecipientClosed);

    private static async Task<IResult> ExplainAsync(
        HttpContext context, RegistryReads reads, MessageReads messages, RegistryHistory history, IHubStore store,
        string? from, string? type, string? to, string? at, long? version, string? message, int? priority, long? size, bool? @sealed, bool? attachments)
    {
        var caller = context.Caller();
        if (message is not null)
        {
            if (from is not null || type is not null || to is not null || at is not null || version is not null) throw QueryText.Bad(nameof(message), message, "a message key alone, without from, type, to, at and version");
            return Results.Json(await OfMessageAsync(caller, await messages.FindAsync(caller, message, context.RequestAborted), history, store, context.RequestAborted), HubJson.Options);
        }

        var sender = QueryText.Address(from, nameof(from)) ?? throw QueryText.Bad(nameof(from), "", "the sending system, such as H29.12/qlvb");
        var asked = MessageType.TryParse(type, out var known) ? known : throw QueryText.Bad(nameof(type), type ?? "", "a message type such as vn.document.v1");
        if (!RecipientAddress.TryParse(to, out var recipient) || recipient.Kind == RecipientKind.Group) throw QueryText.Bad(nameof(to), to ?? "", "an agency code or agency/system; ask about members of groups one by one");
        if (priority is < 0 or > 4) throw QueryText.Bad(nameof(priority), $"{priority}", "0 to 4");
        var moment = await reads.MomentAsync(caller, at, version, context.RequestAborted);
        var facts = new MessageFacts(priority ?? 0, size ?? 0, @sealed ?? false, attachments ?? false);
        var reached = moment.Registry.Resolve([new Recipient(recipient)], asked, moment.At);
        RequireParty(caller, moment, sender, reached);
        return Results.Json(
            new ExplanationView(
                moment.Registry.Version, moment.At, null,
                [.. reached.Select(r => DecisionView.Of(r.System.Address, r.Why, r.Redirection, moment.Registry.Explain(sender, asked, r.System.Address, facts, moment.At, r.Redirection)))]),
            HubJson.Options);
    }

    private static void RequireParty(Caller caller, RegistryMoment moment, SystemAddress sender, IReadOnlyList<ResolvedRecipient> reached)
    {
        var sight = RegistryReads.SightOf(caller, moment);
        var isParty = caller.System is { } self
            ? self == sender || reached.All(r => r.System.Address == self)
            : sight.Holds(sender.Agency) || reached.All(r => sight.Holds(r.System.Address.Agency));
        if (!isParty) throw ProblemCode.NotAllowed.With($"'{caller.Actor}' asks about others: {sender} and {string.Join(", ", reached.Take(3).Select(static r => r.System.Address))}. Ask about what you send or get.");
    }

    private static async ValueTask<ExplanationView> OfMessageAsync(Caller caller, VisibleMessage visible, RegistryHistory history, IHubStore store, CancellationToken cancellationToken)
    {
        var message = visible.Message;
        var entries = await store.ListEntriesAsync(message.Key, cancellationToken);
        var body = entries.FirstOrDefault(static e => e.ParseHeader().Kind == EntryKinds.MessageAccepted)?.Body is { } octets ? JsonNode.Parse(octets.Span) as JsonObject : null;
        if (body?["recipients"] is not JsonArray recipients)
            throw ProblemCode.ContentErased.With($"The acceptance entry of {message.Key} was erased with its content; only its hash is left.");
        long? version = body["registry"]?.GetValue<long>();
        var registry = await history.AtAsync(version, version is null ? message.Accepted : null, cancellationToken);
        var envelope = await EnvelopeOfAsync(message, registry, store, cancellationToken);
        var facts = new MessageFacts(message.Priority, message.Size, envelope?.Payload is { } payload && SealedPayload.Fault(payload) is null, envelope?.Attachments.Count > 0);
        HashSet<string> seen = [.. visible.Deliveries.Select(static d => d.Recipient.ToString())];
        var decisions = recipients.OfType<JsonObject>().Where(r => !visible.IsPart || seen.Contains(Text(r, "system"))).Take(MaxRecipients).Select(r =>
        {
            var (system, redirection) = (SystemAddress.Parse(Text(r, "system")), RedirectionOf(r, registry));
            return DecisionView.Of(system, Text(r, "why"), redirection, registry.Explain(message.From, message.Type, system, facts, message.Accepted, redirection));
        });
        return new ExplanationView(registry.Version, message.Accepted, message.Key.Value, [.. decisions]);
    }

    /// <summary>The envelope, for what a right may ask of it; null when it was erased or is the hub's own.</summary>
    private static async ValueTask<Envelope?> EnvelopeOfAsync(MessageRecord message, RegistrySnapshot registry, IHubStore store, CancellationToken cancellationToken)
    {
        if (await store.ReadOctetsAsync(message.Key, cancellationToken) is not { } octets) return null;
        try
        {
            return EnvelopeCodec.Verify(octets, message.Encoding, new KeysOfThatTime(registry)).Envelope;
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <summary>It was accepted with one of these keys; whether the key is good today does not matter here.</summary>
    private sealed class KeysOfThatTime(RegistrySnapshot registry) : IKeyRing
    {
        public VerificationKey Find(SystemAddress sender, KeyHint hint) =>
            registry.FindSystem(sender)?.Keys.Select(static k => k.Key).FirstOrDefault(k => hint.KeyId is { } id ? k.Id == id : k.CertificateSha256.AsSpan().SequenceEqual(hint.CertificateSha256))
            ?? throw ProblemCode.KeyUnknown.With($"'{sender}' had no such key.");
    }

    /// <summary>That a successor got it, as the acceptance entry says.</summary>
    private static Redirection? RedirectionOf(JsonObject recipient, RegistrySnapshot registry)
    {
        if (Text(recipient, "redirectedFrom") is not { Length: > 0 } from) return null;
        var plan = registry.Reorganisations.FirstOrDefault(r => r.Id == Text(recipient, "reorganisation"));
        var system = SystemAddress.TryParse(from, out var address) ? address : (SystemAddress?)null;
        var agency = system?.Agency ?? (AgencyCode.TryParse(from, out var code) ? code : (AgencyCode?)null);
        return agency is null || plan is null ? null : new Redirection(agency.Value, system, plan.Id, plan.On);
    }

    private static string Text(JsonObject container, string name) => container[name]?.GetValue<string>() ?? "";
}

/// <summary>Why something is allowed or denied.</summary>
/// <param name="Version">Version of the registry that was asked.</param>
/// <param name="At">The instant of the decision.</param>
/// <param name="Message">The message whose decision it is.</param>
/// <param name="Decisions">One for each system that is reached.</param>
internal sealed record ExplanationView(long Version, DateTimeOffset At, string? Message, IReadOnlyList<DecisionView> Decisions);

/// <summary>The decision about one recipient.</summary>
/// <param name="To">The system.</param>
/// <param name="Why">Why this recipient.</param>
/// <param name="RedirectedFrom">The closed agency that was addressed.</param>
/// <param name="Reorganisation">By which reorganisation.</param>
/// <param name="Allowed">Whether it is allowed.</param>
/// <param name="Right">Id of the right that decides.</param>
/// <param name="Lines">The reasoning, for people.</param>
internal sealed record DecisionView(string To, string Why, string? RedirectedFrom, string? Reorganisation, bool Allowed, string? Right, IReadOnlyList<string> Lines)
{
    internal static DecisionView Of(SystemAddress to, string why, Redirection? redirection, RightDecision decision) => new(
        to.ToString(), why, redirection?.Agency.Value, redirection?.Reorganisation, decision.Allowed, decision.Right, decision.Lines);
}
