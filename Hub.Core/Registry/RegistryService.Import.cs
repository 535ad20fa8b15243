using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry;

/// <content>The registry as one document.</content>
public sealed partial class RegistryService
{
    /// <summary>Makes a document the whole registry, done at the operator socket; see the other overload.</summary>
    public ValueTask<ImportReport> ImportAsync(string yaml, string actor, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        return ImportAsync(yaml, new RegistryActor(actor), dryRun, reason: null, cancellationToken);
    }

    /// <summary>Makes a document the whole registry: what it does not name is removed. Effective at once, without restart, unless it
    /// adds trust and a second person has to agree: then all of it waits as one proposal.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="dryRun">Only check and compare.</param>
    /// <param name="reason">Why; stands in the log.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake, <c>outside-subtree</c>, <c>proof-invalid</c>;
    /// nothing was changed.</exception>
    public ValueTask<ImportReport> ImportAsync(string yaml, RegistryActor actor, bool dryRun, string? reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return AloneAsync(
            async () =>
            {
                var before = _basis;
                var read = RegistryDocument.Read(yaml, before.Version == 0 ? null : new SnapshotLookup(before), await ContextAsync(codes: true, cancellationToken));
                var sha256 = SectionForm.Digest(RegistryDocument.Write(read.Content));
                var patch = CheckedPatch.Of(before, read);
                // The first document is a version even when it is empty: the registry was looked after from then on.
                var outcome = patch.Differences.Count == 0 && before.Version > 0
                    ? new ChangeOutcome("unchanged", before.Version, null, [], [], read.Warnings)
                    : await DecideAsync(patch, actor, reason, new Origin("import", Whole: true), dryRun, cancellationToken);
                return new ImportReport(outcome.Version, dryRun, sha256, outcome.Changes, outcome.Warnings)
                {
                    State = outcome.State, Proposal = outcome.Proposal, Needs = outcome.Needs,
                };
            },
            cancellationToken);
    }

    /// <summary>What importing a document into a new hub would do: checked without a hub, and nothing is changed.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="hub">The new hub's address.</param>
    /// <param name="development">Whether keys made by <c>hub dev-pki</c> are accepted.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake.</exception>
    public static ImportReport CheckFirst(string yaml, SystemAddress hub, bool development)
    {
        var empty = new RegistrySnapshot(0, new RegistryContent { Hub = hub });
        var read = RegistryDocument.Read(yaml, hub, development, empty.Content);
        var patch = CheckedPatch.Of(empty, read);
        return new ImportReport(0, DryRun: true, SectionForm.Digest(RegistryDocument.Write(read.Content)), patch.Changes, read.Warnings) { State = "dry-run" };
    }
}
