using Hub.Contracts.Problems;
using Hub.Core.Nodes;
using Hub.Core.Registry.Certificates;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Registry;

/// <summary>Holds the registry in force and changes it, object by object or as a whole. Thread-safe; a new snapshot is seen only
/// after its objects and its entry in the log are durable. One change is checked and committed after the other.</summary>
public sealed partial class RegistryService : IRegistry, IRegistryChanges, ICatchUp, IDisposable
{
    private readonly IHubStore _store;
    private readonly ICommitter _committer;
    private readonly IHubKeys _keys;
    private readonly HubSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger<RegistryService> _log;
    private readonly ICertificateStatus _certificates;
    private readonly SemaphoreSlim _oneChange = new(1, 1);
    private readonly PendingProposals _pending = new();
    private volatile RegistrySnapshot _current;
    private RegistrySnapshot _basis;
    private CodeLedger? _codes;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private int _disposed;
    private bool _uncertain;
    private bool _makingSure;
    private Task? _followed;

    /// <summary>Begins with an empty registry at version 0, in which everything is denied.</summary>
    /// <param name="store">Keeps every version.</param>
    /// <param name="committer">Commits changes with their entries.</param>
    /// <param name="keys">The hub's own keys.</param>
    /// <param name="settings">Whether development keys are accepted.</param>
    /// <param name="clock">Time of changes.</param>
    /// <param name="log">Changes.</param>
    /// <param name="certificates">Standing of certificates, which decides whether an older key may vouch; null: nothing is known.</param>
    public RegistryService(
        IHubStore store, ICommitter committer, IHubKeys keys, HubSettings settings, TimeProvider clock, ILogger<RegistryService> log, ICertificateStatus? certificates = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        (_store, _committer, _keys, _settings, _clock, _log) = (store, committer, keys, settings, clock, log);
        _certificates = certificates ?? new CertificateTable();
        _basis = _current = new RegistrySnapshot(0, new RegistryContent { Hub = keys.Address });
    }

    /// <inheritdoc/>
    public RegistrySnapshot Current => _current;

    /// <summary>Takes the stored registry into force; the store must be open and the committer started. The document of a hub
    /// from before objects were kept one by one is taken over as one version.</summary>
    /// <exception cref="InvalidDataException">What is stored is damaged.</exception>
    public async ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        await _oneChange.WaitAsync(cancellationToken);
        try
        {
            await ReloadAsync(cancellationToken);
            if (_current.Version == 0 && await _store.ReadRegistryAsync(cancellationToken) is { } older) await TakeOverAsync(older.Version, older.Document, cancellationToken);
            // Read now, so that the first change of an agency does not wait for it.
            _basis = _current;
            await FollowCodesAsync(cancellationToken);
            await _pending.LoadAsync(_store, cancellationToken);
            if (_store.IsShared) _followed ??= FollowAlwaysAsync(_stopping.Token);
            LogLoaded(_current.Version, _current.Agencies.Count(), _current.Systems.Count());
        }
        finally
        {
            _oneChange.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> WaitForVersionAsync(long after, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var changed = _changed;
        if (_current.Version > after || timeout <= TimeSpan.Zero) return _current.Version;
        try
        {
            await changed.Task.WaitAsync(timeout, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nothing has changed: the version at hand is the answer.
        }

        return _current.Version;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever composes it under several names disposes it once for each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stopping.Cancel();
        _stopping.Dispose();
        _oneChange.Dispose();
        _following.Dispose();
    }

    /// <summary>Runs one change after the other, on a registry that is surely the one in the store.</summary>
    private async ValueTask<T> AloneAsync<T>(Func<ValueTask<T>> change, CancellationToken cancellationToken)
    {
        await _oneChange.WaitAsync(cancellationToken);
        try
        {
            return await DecideOnNewestAsync(change, cancellationToken);
        }
        finally
        {
            _oneChange.Release();
        }
    }

    private async ValueTask ReloadAsync(CancellationToken cancellationToken)
    {
        if (await _store.ReadRegistryStateAsync(cancellationToken: cancellationToken) is not { } state || state.Version <= _current.Version) return;
        var objects = state.Objects.Where(o => o.Json is not null).Select(o => new SnapshotChange(o.Section, o.Id, ObjectForms.Read(o))).ToList();
        PutInForce(RegistrySnapshot.Of(state.Version, _keys.Address, objects));
    }

    private async ValueTask TakeOverAsync(long version, string document, CancellationToken cancellationToken)
    {
        var before = _basis = new RegistrySnapshot(version, new RegistryContent { Hub = _keys.Address });
        var patch = CheckedPatch.Of(before, new CheckedRegistry(RegistryDocument.ReadStored(document), []));
        var hub = new RegistryActor("hub");
        await CommitAsync(patch, hub, approvedBy: null, "The registry's document is kept object by object from now on.", whole: true, cancellationToken: cancellationToken);
    }

    /// <summary>Makes a change durable with its entry, and puts it in force.</summary>
    private async ValueTask CommitAsync(
        CheckedPatch patch, RegistryActor actor, string? approvedBy, string? reason, bool whole = false, Proposal? decided = null, TrailEntry? also = null, CancellationToken cancellationToken = default)
    {
        var now = Now();
        (string, string?)? document = whole ? (DigestOf(patch.After), patch.Before.Version > 0 ? DigestOf(patch.Before) : null) : null;
        var entry = ChangeEntries.Changed(patch, actor, approvedBy, reason, now, document);
        var applied = decided is null ? null : decided with { State = "applied", End = new ProposalEnd(decided.Approvals[^1].By, now, decided.Approvals[^1].Reason, patch.After.Version) };
        var decision = applied is null ? null : ChangeEntries.Decided(applied, "applied", applied.End!.By, applied.End.Reason, now);
        var (objects, record) = (patch.Differences.Select(d => d.New).ToList(), applied?.ToRecord());
        await CommitAsync(
            async scope =>
            {
                if (decision is not null) scope.Append(decision);
                if (also is not null) scope.Append(also);
                var ticket = scope.Append(entry);
                await scope.Transaction.WriteRegistryAsync(new RegistryVersion(patch.After.Version, now, actor.Name, approvedBy, reason, ticket.Index, objects));
                if (record is not null) await scope.Transaction.WriteProposalAsync(record);
                scope.AfterCommit(() => PutInForce(patch.After));
                return ticket.Index;
            },
            cancellationToken,
            decided);
        _basis = patch.After;
        RememberCodes(patch);
        if (applied is not null) _pending.Remove(applied.Id);
        LogChanged(patch.After.Version, actor.Name, objects.Count);
    }

    private async ValueTask CommitAsync(Func<CommitScope, ValueTask<long>> work, CancellationToken cancellationToken, Proposal? decided = null)
    {
        var version = _basis.Version;
        try
        {
            await _committer.RunAsync(
                async scope =>
                {
                    await RequireUnchangedAsync(scope, version, decided);
                    return await work(scope);
                },
                cancellationToken);
        }
        catch (ProblemException)
        {
            // The commit may be durable although its answer is lost: then it is in force, also when nobody asks again.
            _uncertain = true;
            if (!await TryMakeSureAsync() && !_makingSure) _ = MakeSureAsync(_stopping.Token);
            throw;
        }
    }

    private void RememberCodes(CheckedPatch patch)
    {
        if (_codes is null || _codes.Version != patch.Before.Version) return;
        foreach (var difference in patch.Differences)
            if (difference.After is not null) _codes.Remember(difference.After);
        _codes.Version = patch.After.Version;
    }

    private async ValueTask FollowCodesAsync(CancellationToken cancellationToken)
    {
        if (_codes is null || _codes.Version < _basis.Version) await RegistryPast.FollowCodesAsync(_store, _codes ??= new CodeLedger(), cancellationToken);
    }

    /// <returns>False when this version or a later one is in force already.</returns>
    private bool PutInForce(RegistrySnapshot next)
    {
        lock (_replacing)
        {
            if (next.Version <= _current.Version) return false;
            _current = next;
        }

        Interlocked.Exchange(ref _changed!, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return true;
    }

    /// <summary>Now, in the whole milliseconds that entries are written with.</summary>
    private DateTimeOffset Now()
    {
        var now = _clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }

    private static string DigestOf(RegistrySnapshot registry) => SectionForm.Digest(RegistryDocument.Write(registry.Content));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether the last change of the registry is durable is not known yet: the store cannot be read. It is asked again in {Seconds} s")]
    private partial void LogUncertain(Exception failure, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Registry version {Version} in force: {Agencies} agencies, {Systems} systems")]
    private partial void LogLoaded(long version, int agencies, int systems);

    [LoggerMessage(Level = LogLevel.Information, Message = "Registry version {Version} by {Actor}: {Objects} objects changed")]
    private partial void LogChanged(long version, string actor, int objects);

    [LoggerMessage(Level = LogLevel.Information, Message = "Proposal {Proposal} of {Actor}: {State}")]
    private partial void LogProposal(string proposal, string actor, string state);
}
