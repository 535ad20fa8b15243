using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Trail;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/receipts</c>: how partners find together with a hub that was restored from a backup.</summary>
internal static class ReceiptEndpoints
{
    /// <summary>The receipt of a message that a restoration lost, in base64: with it the message may be older than the clock window.</summary>
    internal const string ReceiptHeader = "Hub-Receipt";

    private const string NotYours = "it is not one of yours";

    private const int MaxReceipts = 100;

    /// <summary>Greatest request (4 MiB): the receipt of a message to a thousand recipients has some 140 KB.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/receipts/check", CheckAsync).RequireScope(Scopes.System | Scopes.Operator | Scopes.Auditor)
            .WithTags("Messages").WithName("checkReceipts").WithSummary("Whether the hub still holds what it gave receipts for")
            .WithDescription("After a restoration from a backup: at most 100 receipts (4 MiB together), of this or an earlier epoch of the log, as they were given. 'known': nothing to do. 'lost': send the same octets again, within the hour whenever they were created; later, or through another node, ask again or send the receipt along in base64 as header Hub-Receipt. 'erased': it was erased by law and is not taken again. 'invalid': not a receipt of this hub, or not one of yours.")
            .Accepts<ReceiptsRequest>("application/json").Produces<ReceiptsView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.TooLarge);

    /// <summary>The receipt that a sender shows with a message; null for none.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the header holds none.</exception>
    internal static Receipt? Shown(HttpRequest request)
    {
        var header = request.Headers[ReceiptHeader];
        if (header.Count == 0) return null;
        try
        {
            return Receipt.Parse(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(header.ToString())));
        }
        catch (FormatException none)
        {
            throw ProblemCode.InvalidRequest.With($"The header {ReceiptHeader} holds a receipt as it was given, in base64 on one line. {none.Message}", none);
        }
    }

    private static async Task<IResult> CheckAsync(HttpContext context, KnownReceipts known, IntakeService intake, SubtreeReads subtrees)
    {
        var caller = context.Caller();
        var texts = (await HubJson.ReadAsync<ReceiptsRequest>(context, maxBytes: MaxBytes)).Receipts;
        if (texts is not { Count: > 0 and <= MaxReceipts }) throw QueryText.Bad("receipts", (texts?.Count ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture), $"1 to {MaxReceipts} receipts");
        List<ReceiptView> views = [];
        foreach (var text in texts) views.Add(await ViewAsync(text, caller, known, intake, subtrees, context.RequestAborted));
        return Results.Json(new ReceiptsView(views), HubJson.Options);
    }

    private static async ValueTask<ReceiptView> ViewAsync(
        string? text, Caller caller, KnownReceipts known, IntakeService intake, SubtreeReads subtrees, CancellationToken cancellationToken)
    {
        try
        {
            var receipt = Receipt.Parse(text ?? "");
            if (!caller.SeesAll && receipt.Header.Actor != caller.Actor) return Invalid([NotYours]);
            var judged = await known.JudgeAsync(receipt, octets: null, cancellationToken);
            if (caller.SeesAll && judged.Message is { } message && !IsOfSender(receipt, caller, subtrees) && !await subtrees.HoldsAsync(caller, message, cancellationToken))
                return Invalid([NotYours]);
            if (judged is { Standing: ReceiptStanding.Lost, Message: { } lost, Sha256: { } sha256 }) intake.Lost.Add(lost, sha256);
            return new ReceiptView(judged.Standing.ToString().ToLowerInvariant(), judged.Message?.Value, judged.Origin, judged.Index, judged.Failures);
        }
        catch (FormatException none)
        {
            return Invalid([none.Message]);
        }
    }

    private static bool IsOfSender(Receipt receipt, Caller caller, SubtreeReads subtrees) =>
        SystemAddress.TryParse(receipt.Header.Actor, out var sender) && subtrees.Holds(caller, sender);

    private static ReceiptView Invalid(IReadOnlyList<string> failures) => new("invalid", null, null, 0, failures);
}

/// <summary>Receipts to be checked.</summary>
internal sealed class ReceiptsRequest
{
    /// <summary>1 to 100 receipts, each as it was given.</summary>
    public IReadOnlyList<string>? Receipts { get; init; }
}

/// <summary>What became of them, in the same order.</summary>
/// <param name="Items">One for each receipt.</param>
internal sealed record ReceiptsView(IReadOnlyList<ReceiptView> Items);

/// <summary>What became of the message of a receipt.</summary>
/// <param name="Standing"><c>known</c>, <c>lost</c>, <c>erased</c> or <c>invalid</c>.</param>
/// <param name="Message">The message's key; null for an invalid one.</param>
/// <param name="Origin">Origin of the epoch of the log that gave the receipt.</param>
/// <param name="Index">Index of its entry in that epoch.</param>
/// <param name="Failures">What is wrong with an invalid one.</param>
internal sealed record ReceiptView(string Standing, string? Message, string? Origin, long Index, IReadOnlyList<string> Failures);
