using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Registry;

/// <content>Other nodes over the same store: what they change is put in force here, and what is decided here rests on it.</content>
public sealed partial class RegistryService
{
    private const int FollowPage = 50;
    private const int MostFollowed = 1_000;
    private const int ChangeTries = 20;
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _following = new(1, 1);
    private readonly Lock _replacing = new();

    /// <inheritdoc/>
    public async ValueTask CatchUpAsync(long version, CancellationToken cancellationToken = default)
    {
        if (version <= _current.Version) return;
        await _following.WaitAsync(cancellationToken);
        try
        {
            if (version > _current.Version) await FollowAsync(cancellationToken);
        }
        finally
        {
            _following.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken = default) => CatchUpAsync(long.MaxValue, cancellationToken);

    /// <summary>Applies the versions after the one in force; reads everything when there are too many of them.</summary>
    private async ValueTask FollowAsync(CancellationToken cancellationToken)
    {
        var next = _current;
        for (var followed = 0; followed < MostFollowed; followed += FollowPage)
        {
            var versions = await _store.ListRegistryVersionsAsync(next.Version, FollowPage, cancellationToken);
            foreach (var version in versions) next = next.With(version.Version, [.. version.Changes.Select(ReadChange)]);
            if (versions.Count == FollowPage) continue;
            if (PutInForce(next)) LogFollowed(next.Version);
            return;
        }

        await ReloadAsync(cancellationToken);
    }

    private static SnapshotChange ReadChange(RegistryObject stored) => new(stored.Section, stored.Id, stored.Json is null ? null : ObjectForms.Read(stored));

    /// <summary>Looks by itself, since a wake may be lost.</summary>
    private async Task FollowAlwaysAsync(CancellationToken stopping)
    {
        var wasReached = true;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(FollowInterval, _clock, stopping);
                await CatchUpAsync(long.MaxValue, stopping);
                wasReached = true;
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception failure)
            {
                if (wasReached) LogCannotFollow(failure, _current.Version);
                wasReached = false;
            }
        }
    }

    /// <summary>Runs a change until it rests on what is in force, each time checked anew on the registry caught up with.</summary>
    private async ValueTask<T> DecideOnNewestAsync<T>(Func<ValueTask<T>> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            if (_uncertain) await MakeSureNowAsync(cancellationToken);
            else if (_store.IsShared) await CatchUpAsync(long.MaxValue, cancellationToken);
            _basis = _current;
            try
            {
                return await change();
            }
            catch (StaleRegistryException) when (tries < ChangeTries)
            {
                // Checked again: it may be refused now.
            }
            catch (StaleRegistryException stale)
            {
                throw new ProblemException(
                    new Problem(ProblemCode.Unavailable, $"Other nodes changed the registry {ChangeTries} times while this change was checked; version {stale.Version} is in force. Nothing was changed. Try again.") { RetryAfter = FollowInterval }, stale);
            }
        }
    }

    /// <summary>Inside a unit: nothing is decided on a registry, or on the state of a proposal, that is no longer so.</summary>
    private static async ValueTask RequireUnchangedAsync(CommitScope scope, long version, Proposal? decided)
    {
        if (await scope.Transaction.ReadRegistryVersionAsync() is not { } inForce) return;
        if (inForce != version) throw new StaleRegistryException(inForce);
        if (decided is null) return;
        if (await scope.Transaction.FindProposalAsync(decided.Id) is not { State: "pending" } stored || Proposal.Read(stored).Approvals.Count != decided.StoredApprovals)
            throw new StaleRegistryException(inForce);
    }

    /// <summary>Ends a proposal for the hub; nothing when it was decided meanwhile.</summary>
    private async ValueTask EndIfPendingAsync(string id, string state, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        for (var tries = 1; await _store.FindProposalAsync(id, cancellationToken) is { State: "pending" } record; tries++)
        {
            try
            {
                await EndAsync(Proposal.Read(record), state, "hub", reason, now, cancellationToken);
                return;
            }
            catch (StaleRegistryException) when (tries < ChangeTries)
            {
                await CatchUpAsync(long.MaxValue, cancellationToken);
                _basis = _current;
            }
        }

        _pending.Remove(id);
    }

    private async ValueTask CheckPlaceAsync(string? applicant, CancellationToken cancellationToken)
    {
        if (_store.IsShared) await _pending.FollowAsync(_store, cancellationToken);
        try
        {
            _pending.CheckPlace(applicant);
        }
        catch (ProblemException) when (_store.IsShared)
        {
            // Those that other nodes decided still count here.
            await _pending.LoadAsync(_store, cancellationToken);
            _pending.CheckPlace(applicant);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Registry version {Version} of another node in force")]
    private partial void LogFollowed(long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store cannot be asked for changes of the registry; version {Version} stays in force here")]
    private partial void LogCannotFollow(Exception failure, long version);
}
