using Hub.Contracts.Problems;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry;

/// <content>Changes of single objects.</content>
public sealed partial class RegistryService
{
    /// <inheritdoc/>
    public ValueTask<ChangeOutcome> ApplyAsync(RegistryPatch patch, RegistryActor actor, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(patch);
        ArgumentNullException.ThrowIfNull(actor);
        return ApplyAsync(patch, actor, Origin.Change, dryRun, cancellationToken);
    }

    /// <summary>Takes changes that need approval however they came.</summary>
    internal ValueTask<ChangeOutcome> ProposeAsync(RegistryPatch patch, RegistryActor actor, Origin origin, CancellationToken cancellationToken) =>
        ApplyAsync(patch, actor, origin, dryRun: false, cancellationToken);

    private ValueTask<ChangeOutcome> ApplyAsync(RegistryPatch patch, RegistryActor actor, Origin origin, bool dryRun, CancellationToken cancellationToken) => AloneAsync(
        async () => await DecideAsync(await ReadAsync(patch, cancellationToken, origin.Kind == Origin.Change.Kind ? actor : null), actor, patch.Reason, origin, dryRun, cancellationToken),
        cancellationToken);

    private async ValueTask<CheckedPatch> ReadAsync(RegistryPatch patch, CancellationToken cancellationToken, RegistryActor? actor = null)
    {
        var context = await ContextAsync(patch.Changes.Any(c => c.Section is RegistrySections.Agencies or RegistrySections.Codes), cancellationToken);
        return CheckedPatch.Read(patch, _basis, context, actor);
    }

    /// <summary>What rules need to know besides the registry; the codes of all time only when codes are touched.</summary>
    private async ValueTask<RulesContext> ContextAsync(bool codes, CancellationToken cancellationToken)
    {
        if (codes) await FollowCodesAsync(cancellationToken);
        return new RulesContext(_keys.Address, _settings.Development, Now(), _codes);
    }

    /// <summary>Applies what may be applied, and keeps the rest as a proposal.</summary>
    private async ValueTask<ChangeOutcome> DecideAsync(
        CheckedPatch patch, RegistryActor actor, string? reason, Origin origin, bool dryRun, CancellationToken cancellationToken)
    {
        if (patch.Differences.Count == 0 && !origin.Whole) return new ChangeOutcome("unchanged", patch.Before.Version, null, [], [], patch.Warnings);
        var weighed = await WeighAsync(patch, actor, origin, cancellationToken);
        if (dryRun) return new ChangeOutcome("dry-run", patch.Before.Version, null, weighed.Needs, patch.Changes, patch.Warnings);
        if (weighed.Needs.Count > 0) return await ProposeAsync(patch, actor, reason, origin, weighed.Needs, cancellationToken);
        await CommitAsync(patch, actor, weighed.ApprovedBy, reason, origin.Whole, cancellationToken: cancellationToken);
        return new ChangeOutcome("applied", patch.After.Version, null, [], patch.Changes, patch.Warnings);
    }

    /// <summary>Checks what an actor may do, the proofs and the history, and finds the approvals that are needed.</summary>
    private async ValueTask<Weighed> WeighAsync(CheckedPatch patch, RegistryActor actor, Origin origin, CancellationToken cancellationToken)
    {
        var now = Now();
        if (origin.Kind != "onboarding") CheckSubtree(patch, actor, now);
        if (patch.Before.Version == 0) return new Weighed(origin.Needs, null);
        RegistryPast.CheckRemovals(patch, _codes);
        var successions = await CheckProofsAsync(patch, origin, now, cancellationToken);
        Person[] people = [.. patch.Before.People];
        var trust = TrustPolicy.Find(
            patch.Differences, people, patch.Differences.Any(d => d.Section == RegistrySections.People) ? [.. patch.After.People] : people, (code, root) => SubtreePolicy.IsWithin(patch.After, code, root, now), now);
        var asked = trust.Where(t => !successions.Any(s => t.Section == RegistrySections.Keys && t.Id == $"{s.System} {s.Key}")).ToList();
        IReadOnlyList<ApprovalNeed> needs = [.. origin.Needs, .. origin.Needs.Any(n => n.By == ApprovalPolicy.Operator) ? [] : ApprovalPolicy.Needs(asked, actor, patch.Before, now)];
        if (needs.Count > 0) return new Weighed(needs, null);
        var vouched = successions.Select(s => $"key {s.Older} of {s.System}").Distinct().ToList();
        return new Weighed([], ApprovalPolicy.WithoutApproval(asked, patch.Before, now) ?? (vouched.Count > 0 ? string.Join(", ", vouched) : null));
    }

    private static void CheckSubtree(CheckedPatch patch, RegistryActor actor, DateTimeOffset at)
    {
        var outside = patch.Differences
            .Select(d => (d.Section, d.Id, Refusal: SubtreePolicy.Refusal(actor, d, patch.Before, patch.After, at)))
            .Where(d => d.Refusal is not null)
            .Select(d => new ProblemItem($"{d.Section}[{d.Id}]", ProblemCode.OutsideSubtree, d.Refusal!))
            .ToList();
        if (outside.Count > 0) throw CheckedPatch.Outside(actor, outside);
    }

    private async ValueTask<IReadOnlyList<KeySuccession>> CheckProofsAsync(CheckedPatch patch, Origin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var required = !_settings.KeysWithoutProof && (origin.Kind != "import" || FourEyes.InForce(patch.Before.People, now));
        var ring = new RegistryKeyRing(patch.Before, _keys, _clock, _settings.Development, _certificates);
        var check = new KeyProofCheck(_keys.Address, now, required, ring, patch.Before);
        foreach (var difference in patch.Differences) check.Check(difference);
        var faults = check.Faults.ToList();
        foreach (var succession in check.Successions)
        {
            if (await RegistryPast.WasUsedAsync(_store, succession, cancellationToken))
                faults.Add(new ProblemItem($"{RegistrySections.Keys}[{succession.System} {succession.Key}]", ProblemCode.ProofInvalid, "The proof of succession was used before. An older key must sign afresh for every change."));
        }

        if (faults.Count > 0)
            throw new ProblemException(new Problem(ProblemCode.ProofInvalid, $"{faults.Count} proof(s) do not hold; nothing was changed. First: {faults[0].Subject}: {faults[0].Detail}") { Items = [.. faults.Take(500)] });
        return check.Successions;
    }

    /// <param name="Needs">Approvals that are needed.</param>
    /// <param name="ApprovedBy">What the entry says of approval when none is needed.</param>
    private sealed record Weighed(IReadOnlyList<ApprovalNeed> Needs, string? ApprovedBy);
}
