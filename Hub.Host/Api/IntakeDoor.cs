using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Intake;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Host.Api.Problems;
using Hub.Host.Composition;
using Hub.Host.Telemetry;

namespace Hub.Host.Api;

/// <summary>Where envelopes come in: those for which there is no place (<see cref="IntakeGate"/>), or that are above their system's
/// quota, are refused before they are read, for as little work as possible: under overload there are many times more of them than of
/// the others.</summary>
internal sealed class IntakeDoor(IntakeGate gate, IntakeService intake, IRegistry registry, HubOrigins origins, RefusalCounter refusals, TimeProvider clock, ILogger<IntakeDoor> log)
{
    /// <summary>How many of a system's small envelopes are looked at, whether they are acknowledgements, while there is no place for it.</summary>
    private static readonly SendQuota Glances = new(Rate: 50, Burst: 50);

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    private readonly SystemBuckets _glances = new(clock);
    private long _refused;
    private long _logged;

    /// <summary>Reads an envelope and has it taken, or refuses it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who sends it.</param>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="take">Takes it; its memory ends with this.</param>
    /// <returns>What was taken; null when it was refused and the answer is written.</returns>
    internal async ValueTask<T?> TakeAsync<T>(HttpContext context, SystemAddress caller, EnvelopeEncoding encoding, Func<ReadOnlyMemory<byte>, ValueTask<T>> take)
        where T : class
    {
        var refusal = RefusalOf(caller);
        if (refusal is { } early && !MayGlance(caller, context.Request.ContentLength)) return await RefuseAsync<T>(context, caller, early);
        using var body = await RequestBody.ReadAsync(context, EnvelopeLimits.Default.MaxBytes);
        var ending = !gate.TryEnter(caller);
        // Those who were let in and found the places taken meanwhile: many bodies may end together.
        if (ending && !((refusal is not null || MayGlance(caller, body.Memory.Length)) && TypeGlance.IsAcknowledgement(body.Memory, encoding) && gate.TryEnterEnding(caller)))
            return await RefuseAsync<T>(context, caller, NoPlace());
        var began = clock.GetTimestamp();
        TimeSpan? took = null;
        try
        {
            var taken = await take(body.Memory);
            took = clock.GetElapsedTime(began);
            return taken;
        }
        finally
        {
            gate.Leave(caller, took, ending);
        }
    }

    /// <summary>What ends work goes on, but looking for it among what a system floods the hub with must not cost as much as taking it.</summary>
    private bool MayGlance(SystemAddress caller, long? length) => length <= TypeGlance.MaxBytes && _glances.Take(caller, Glances) is null;

    private Refusal? RefusalOf(SystemAddress caller)
    {
        if (registry.Current.FindSystem(caller) is { Policy.SendRate: not null } system && intake.Quotas.Look(system) is { } wait)
            return new Refusal("quota", SendQuotas.Above(system, wait));
        return gate.IsClosedTo(caller) ? NoPlace() : null;
    }

    private static Refusal NoPlace()
    {
        // Those refused together must not come back together.
        var wait = TimeSpan.FromSeconds(Random.Shared.Next(1, 4));
        return new Refusal("overload", new Problem(
            ProblemCode.Unavailable,
            $"The hub has as many messages under way as it can receipt soon; this one was not taken. Retry in {wait.TotalSeconds:0} s, and after each such answer wait twice as long as before.")
        {
            RetryAfter = wait,
        });
    }

    private async ValueTask<T?> RefuseAsync<T>(HttpContext context, SystemAddress caller, Refusal refusal)
        where T : class
    {
        var problem = refusal.Problem;
        IntakeGate.Shed(refusal.Reason);
        refusals.Count(context, problem.Code);
        intake.Refusals.Count(caller.ToString(), problem.Code);
        LogNowAndThen();
        // What has not come yet is not waited for.
        if (context.Request.ContentLength is null or > BodyBudget.SmallBody && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
        await ProblemAnswer.WriteAsync(context, problem, problem.Code.HttpStatus, origins, ProblemAnswer.TraceOf(context));
        return null;
    }

    private void LogNowAndThen()
    {
        var refused = Interlocked.Increment(ref _refused);
        var (now, last) = (clock.GetTimestamp(), Interlocked.Read(ref _logged));
        if (last != 0 && clock.GetElapsedTime(last, now) < LogInterval) return;
        if (Interlocked.CompareExchange(ref _logged, now, last) == last)
            log.LogWarning("{Refused} messages were refused at the door since the start, for want of a place or above a quota; {UnderWay} under way, {Limit} places", refused, gate.UnderWay, gate.Limit);
    }

    /// <param name="Reason">As in the metric <c>hub_intake_shed_total</c>.</param>
    /// <param name="Problem">What the caller is told.</param>
    private readonly record struct Refusal(string Reason, Problem Problem);
}
