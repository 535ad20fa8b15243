using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/operator/systems</c>: which systems do not do well.</summary>
internal static class SystemsWatchEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/operator/systems", ListAsync).RequireScope(Scopes.Operator | Scopes.Auditor)
            .WithTags("Operator").WithName("watchSystems").WithSummary("Which systems do not do well")
            .WithDescription("Systems that the answering node leaves alone because they failed (each node finds out by itself), systems with late deliveries, and systems that have shown no sign of life for longer than their heartbeat.")
            .Produces<SystemsWatchView>().ProducesProblems(ProblemCode.Unauthenticated);

    private static async Task<IResult> ListAsync(
        HttpContext context, SystemBreakers breakers, AgeWatch ages, HeartbeatWatch heartbeats, IRegistry registry, ThisNode node, TimeProvider clock)
    {
        var (subtree, now) = (new Subtree(registry.Current, context.Caller().Under), clock.GetUtcNow());
        var late = await ages.ReadAsync(context.RequestAborted);
        var silent = await heartbeats.ReadSilentAsync(context.RequestAborted);
        return Results.Json(
            new SystemsWatchView(
                node.Number,
                [.. breakers.NotClosed.Where(b => subtree.Holds(b.Key.Agency, now)).OrderBy(static b => b.Key.ToString(), StringComparer.Ordinal)
                    .Select(b => new BreakerView(b.Key.ToString(), b.Value.PhaseAt(now) == BreakerPhase.Open ? "open" : "half-open", b.Value.Since!.Value, b.Value.Until, b.Value.Failures))],
                [.. late.Where(q => subtree.Holds(q.System.Agency, now)).Select(static q => new LateView(q.System.ToString(), q.Oldest, q.Count))],
                [.. silent.Where(s => subtree.Holds(s.System.Agency, now)).Select(static s => new SilentView(s.System.ToString(), s.Last, (long)s.Heartbeat.TotalSeconds))]),
            HubJson.Options);
    }
}

/// <summary>Which systems do not do well.</summary>
/// <param name="Node">The node that answers.</param>
/// <param name="Breakers">Systems that this node leaves alone, or probes, because they failed.</param>
/// <param name="Late">Systems with late deliveries.</param>
/// <param name="Silent">Systems that have fallen silent.</param>
internal sealed record SystemsWatchView(int Node, IReadOnlyList<BreakerView> Breakers, IReadOnlyList<LateView> Late, IReadOnlyList<SilentView> Silent);

/// <summary>A system that failed.</summary>
/// <param name="System">Its address.</param>
/// <param name="State"><c>open</c>: no attempt is made; <c>half-open</c>: the next one is a probe.</param>
/// <param name="Since">Since when.</param>
/// <param name="NextProbe">When the next attempt may be made.</param>
/// <param name="Failures">Failures in a row.</param>
internal sealed record BreakerView(string System, string State, DateTimeOffset Since, DateTimeOffset NextProbe, int Failures);

/// <summary>A system with late deliveries.</summary>
/// <param name="System">Its address.</param>
/// <param name="Oldest">Since when the oldest waits.</param>
/// <param name="Count">How many wait for it, counted up to 200.</param>
internal sealed record LateView(string System, DateTimeOffset Oldest, int Count);

/// <summary>A system that has fallen silent.</summary>
/// <param name="System">Its address.</param>
/// <param name="Last">Its last sign of life, or when it began to be watched.</param>
/// <param name="HeartbeatSeconds">How long it may be silent.</param>
internal sealed record SilentView(string System, DateTimeOffset Last, long HeartbeatSeconds);
