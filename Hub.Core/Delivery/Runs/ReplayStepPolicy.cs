namespace Hub.Core.Delivery.Runs;

/// <summary>How the deliveries of a step stand.</summary>
/// <param name="Taken">How many it set going.</param>
/// <param name="Delivered">How many of them were delivered.</param>
/// <param name="Failed">How many ended otherwise.</param>
/// <param name="Waited">How long it has been since the last was set going.</param>
internal readonly record struct ReplayStep(int Taken, int Delivered, int Failed, TimeSpan Waited);

/// <summary>What becomes of a run whose step has set going all it may.</summary>
internal abstract record ReplayStepDecision
{
    /// <summary>It waits for its deliveries.</summary>
    internal sealed record Wait : ReplayStepDecision;

    /// <summary>It went well: the next step.</summary>
    internal sealed record Next : ReplayStepDecision;

    /// <summary>It went badly: the run stops.</summary>
    /// <param name="Why">Why, with figures.</param>
    internal sealed record Stop(string Why) : ReplayStepDecision;
}

/// <summary>Decides whether a canary has lived. Pure.</summary>
internal static class ReplayStepPolicy
{
    internal static ReplayStepDecision Decide(ReplayPace pace, ReplayStep step)
    {
        var needed = (int)Math.Ceiling(step.Taken * (pace.Share / 100.0));
        if (step.Delivered >= needed) return new ReplayStepDecision.Next();
        if (step.Failed > step.Taken - needed) return new ReplayStepDecision.Stop($"{step.Failed} of {step.Taken} failed again; {needed} had to be delivered");
        return step.Waited >= pace.Waits
            ? new ReplayStepDecision.Stop($"{step.Delivered} of {step.Taken} were delivered within {pace.Waits.TotalMinutes:0.#} minutes; {needed} had to be")
            : new ReplayStepDecision.Wait();
    }
}
