using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
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
        HttpContext context, RegistryReads reads, MessageReads messages, PastDecisions past,
        string? from, string? type, string? to, string? at, long? version, string? message, int? priority, long? size, bool? @sealed, bool? attachments)
    {
        var caller = context.Caller();
        if (message is not null)
        {
            if (from is not null || type is not null || to is not null || at is not null || version is not null) throw QueryText.Bad(nameof(message), message, "a message key alone, without from, type, to, at and version");
            return Results.Json(await OfMessageAsync(await messages.FindAsync(caller, message, context.RequestAborted), past, context.RequestAborted), HubJson.Options);
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

    private static async ValueTask<ExplanationView> OfMessageAsync(VisibleMessage visible, PastDecisions past, CancellationToken cancellationToken)
    {
        HashSet<SystemAddress> seen = [.. visible.Deliveries.Select(static d => d.Recipient)];
        var (version, decisions) = await past.ExplainAsync(visible.Message, to => !visible.IsPart || seen.Contains(to), MaxRecipients, cancellationToken);
        return new ExplanationView(version, visible.Message.Accepted, visible.Message.Key.Value, [.. decisions.Select(static d => DecisionView.Of(d.To, d.Why, d.Redirection, d.Decision))]);
    }
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
