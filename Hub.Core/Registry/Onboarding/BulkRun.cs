using System.Runtime.CompilerServices;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry.Onboarding;

/// <summary>How far a bulk run is, after one of its parts.</summary>
/// <param name="Part">Which part, from 1.</param>
/// <param name="Parts">How many there are.</param>
/// <param name="Objects">Changes asked for so far.</param>
/// <param name="Outcome">What became of the part; null when it was refused.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
public sealed record BulkProgress(int Part, int Parts, int Objects, ChangeOutcome? Outcome, Problem? Refusal);

/// <summary>Applies many patches one after the other: thousands of systems at once. Each part is applied or refused by itself, so a run
/// goes on where it failed by doing the whole file again: what is in force already counts as unchanged.</summary>
/// <param name="changes">The registry.</param>
public sealed class BulkRun(IRegistryChanges changes)
{
    /// <summary>Applies the parts in order, and tells after each how far it is. A part that is refused does not stop the others.</summary>
    /// <param name="parts">The patches; objects that need each other stand in one, or in this order.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="dryRun">Only check and compare each part with what is in force: a part that needs an earlier one is then refused.</param>
    /// <param name="cancellationToken">Stops after the part at hand.</param>
    public async IAsyncEnumerable<BulkProgress> RunAsync(
        IReadOnlyList<RegistryPatch> parts, RegistryActor actor, bool dryRun, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var objects = 0;
        foreach (var (place, part) in parts.Index())
        {
            objects += part.Changes.Count;
            var (outcome, refusal) = await OneAsync(part, actor, dryRun, cancellationToken);
            yield return new BulkProgress(place + 1, parts.Count, objects, outcome, refusal);
        }
    }

    private async ValueTask<(ChangeOutcome? Outcome, Problem? Refusal)> OneAsync(RegistryPatch part, RegistryActor actor, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            return (await changes.ApplyAsync(part, actor, dryRun, cancellationToken), null);
        }
        catch (ProblemException refused) when (refused.Code != ProblemCode.Unavailable)
        {
            return (null, refused.Problem);
        }
    }
}
