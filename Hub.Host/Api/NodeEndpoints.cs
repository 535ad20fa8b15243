using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator/nodes</c>: which nodes live, and which holds what.</summary>
internal static class NodeEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/operator/nodes", ListAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("nodes").WithSummary("Which nodes live, and which holds what")
            .WithDescription("All instants are the store's clock. A node lives while its lease runs; a duty is work of which the hub does one at a time; the seat of the log is held for the length of a commit.")
            .Produces<NodesView>().ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.Unavailable);

    private static async Task<IResult> ListAsync(HttpContext context, INodeStore nodes, IHubStore store, IHubKeys keys, ThisNode self)
    {
        var stopped = context.RequestAborted;
        var all = await nodes.ListNodesAsync(stopped);
        var names = all.ToDictionary(static n => n.Number, static n => n.Card.Name);
        var duties = await nodes.ListDutiesAsync(stopped);
        var seat = await nodes.ReadSeatAsync(stopped) ?? new LogSeat(await SizeAsync(store, keys, stopped), ThisNode.Alone, 1);
        return Results.Json(
            new NodesView(
                [.. all.Select(n => new NodeView(n.Card.Name, n.Number, n.Incarnation, n.Card.Version, n.Card.Url, n.Joined, n.Until, n.Alive, n.Number == self.Number))],
                [.. duties.Select(d => new DutyView(d.Name, NameOf(d.Node), d.Term, d.Since, d.Until, d.Held))],
                new LogSeatView(seat.Size, seat.Node is { } node ? NameOf(node) : null, seat.Term)),
            HubJson.Options);

        string NameOf(int number) => names.TryGetValue(number, out var name) ? name : $"#{number}";
    }

    private static async ValueTask<long> SizeAsync(IHubStore store, IHubKeys keys, CancellationToken cancellationToken) =>
        await store.FindCheckpointAsync(cancellationToken: cancellationToken) is { } note && Checkpoint.Open(note, keys.LogVerifier) is { } checkpoint ? checkpoint.Size : 0;
}

/// <summary>The nodes of the hub.</summary>
/// <param name="Nodes">All that ever joined, by number.</param>
/// <param name="Duties">All that were ever held, by name.</param>
/// <param name="Log">The seat of the log.</param>
internal sealed record NodesView(IReadOnlyList<NodeView> Nodes, IReadOnlyList<DutyView> Duties, LogSeatView Log);

/// <summary>A node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number.</param>
/// <param name="Incarnation">Grows with every join.</param>
/// <param name="Version">The version of its program.</param>
/// <param name="Url">Where systems reach it.</param>
/// <param name="Joined">When it joined.</param>
/// <param name="LeaseUntil">When its lease ends, or ended.</param>
/// <param name="Alive">Whether its lease runs.</param>
/// <param name="Answering">Whether it is the one that answers.</param>
internal sealed record NodeView(
    string Name, int Number, long Incarnation, string Version, string? Url, DateTimeOffset Joined, DateTimeOffset LeaseUntil, bool Alive, bool Answering);

/// <summary>A duty.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">The node that holds it, or held it last.</param>
/// <param name="Term">How often it was taken.</param>
/// <param name="Since">When this term began.</param>
/// <param name="Until">When it ends unless renewed.</param>
/// <param name="Held">Whether it is held.</param>
internal sealed record DutyView(string Name, string Node, long Term, DateTimeOffset Since, DateTimeOffset Until, bool Held);

/// <summary>The seat of the log.</summary>
/// <param name="Size">Entries in the log.</param>
/// <param name="Node">The node that wrote to it last.</param>
/// <param name="Term">Grows whenever another node writes than before.</param>
internal sealed record LogSeatView(long Size, string? Node, long Term);
