using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator/dead-letters</c>: groups, notes and owners.</summary>
internal static class DeadLetterEndpoints
{
    private const int MaxOwner = 100;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/operator/dead-letters/groups", GroupsAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("listDeadLetterGroups").WithSummary("Dead deliveries counted by system and reason")
            .Produces<ListView<DeadGroupView>>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed);
        routes.MapGet("/api/v1/operator/dead-letters/notes", NotesAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("showDeadLetterNotes").WithSummary("What operators noted about a dead delivery or a group")
            .Produces<DeadLetterNotesView>().ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound);
        routes.MapPost("/api/v1/operator/dead-letters/notes", AddNoteAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("addDeadLetterNote").WithSummary("Add a note to a dead delivery or a group; it stays as it is, and stands in the log")
            .Accepts<DeadLetterNoteRequest>("application/json").Produces<DeadLetterNotesView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.DeliveryNotDead, ProblemCode.ContentErased);
        routes.MapPost("/api/v1/operator/dead-letters/owner", SetOwnerAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("setDeadLetterOwner").WithSummary("Say who takes care of a dead delivery or a group")
            .Accepts<DeadLetterOwnerRequest>("application/json").Produces<DeadLetterNotesView>()
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.NotFound, ProblemCode.DeliveryNotDead, ProblemCode.ContentErased);
    }

    private static async Task<IResult> GroupsAsync(HttpContext context, SubtreeReads reads, DeadLetterNotes notes, IRegistry registry, string? recipient, string? cursor, int? limit)
    {
        var page = await reads.ListDeadGroupsAsync(context.Caller(), QueryText.Address(recipient, nameof(recipient)), cursor, QueryText.Limit(limit), context.RequestAborted);
        List<DeadGroupView> views = [];
        foreach (var group in page.Items)
        {
            var written = await notes.FindAsync(new DeadLetterSubject(null, group.Key), context.RequestAborted);
            views.Add(DeadGroupView.Of(group, registry.Current.FindSystem(group.Recipient)?.Channel?.Kind ?? "mailbox", written));
        }

        return Results.Json(new ListView<DeadGroupView>(views, page.Next), HubJson.Options);
    }

    private static async Task<IResult> NotesAsync(HttpContext context, string? of, DeadLetterNotes notes, IHubStore store, SubtreeReads reads)
    {
        var subject = await FindAsync(context, of, store, reads);
        return View(subject, await notes.FindAsync(subject, context.RequestAborted));
    }

    private static async Task<IResult> AddNoteAsync(HttpContext context, DeadLetterNotes notes, IHubStore store, SubtreeReads reads)
    {
        var request = await HubJson.ReadAsync<DeadLetterNoteRequest>(context);
        var subject = await FindAsync(context, request.Of, store, reads);
        var text = ReasonRequest.Check(request.Text?.Trim(), "the note", "text");
        return View(subject, await notes.AddAsync(subject, text, context.Caller().Actor, context.RequestAborted));
    }

    private static async Task<IResult> SetOwnerAsync(HttpContext context, DeadLetterNotes notes, IHubStore store, SubtreeReads reads)
    {
        var request = await HubJson.ReadAsync<DeadLetterOwnerRequest>(context);
        var subject = await FindAsync(context, request.Of, store, reads);
        var owner = string.IsNullOrWhiteSpace(request.Owner) ? null : request.Owner.Trim();
        if (owner?.Length > MaxOwner || owner?.Any(char.IsControl) == true) throw QueryText.Bad("owner", owner, $"at most {MaxOwner} characters: who takes care of it");
        return View(subject, await notes.SetOwnerAsync(subject, owner, context.Caller().Actor, context.RequestAborted));
    }

    private static async ValueTask<DeadLetterSubject> FindAsync(HttpContext context, string? of, IHubStore store, SubtreeReads reads)
    {
        var (caller, subject) = (context.Caller(), DeadLetterSubject.Parse(of));
        var visible = subject.Delivery is { } id
            ? await store.FindDeliveryAsync(id, context.RequestAborted) is { } delivery && await reads.HoldsAsync(caller, delivery, context.RequestAborted)
            : DeadGroup.TryParseKey(subject.Group, out var recipient, out _) && reads.Holds(caller, recipient);
        return visible ? subject : throw ProblemCode.NotFound.With($"There is no dead delivery or group '{subject}'.");
    }

    private static IResult View(DeadLetterSubject subject, DeadLetterRecord written) =>
        Results.Json(new DeadLetterNotesView(subject.ToString(), written.Owner, [.. written.Notes.Select(DeadLetterNoteView.Of)]), HubJson.Options);
}
