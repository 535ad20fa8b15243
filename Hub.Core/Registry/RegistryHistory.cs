using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;
using Hub.Core.Storage;

namespace Hub.Core.Registry;

/// <summary>The registry as it was: any past version again in memory, so that past decisions can be explained. Thread-safe. One
/// past version is put together at a time, and two are remembered: each takes memory for what has changed since.</summary>
/// <param name="store">Keeps every version.</param>
/// <param name="registry">The version in force.</param>
public sealed class RegistryHistory(IHubStore store, IRegistry registry) : IDisposable
{
    private const int Remembered = 2;
    private const int Page = 200;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<RegistrySnapshot> _past = [];

    /// <summary>The registry at a version, or at an instant, or the one in force when neither is given.</summary>
    /// <param name="version">The version.</param>
    /// <param name="at">The instant; the version in force then. Before the first version: an empty registry.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException"><c>not-found</c>: there is no such version.</exception>
    public async ValueTask<RegistrySnapshot> AtAsync(long? version, DateTimeOffset? at, CancellationToken cancellationToken = default)
    {
        var current = registry.Current;
        var wanted = version ?? (at is { } instant ? await store.FindRegistryVersionAsync(instant, cancellationToken) ?? 0 : current.Version);
        if (wanted == current.Version) return current;
        if (wanted < 0 || wanted > current.Version)
            throw ProblemCode.NotFound.With($"There is no version {wanted} of the registry; versions run from 1 to {current.Version}.");
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_past.Find(p => p.Version == wanted) is { } known) return known;
            var read = await ReadAsync(current, wanted, cancellationToken);
            if (_past.Count == Remembered) _past.RemoveAt(0);
            _past.Add(read);
            return read;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Puts what changed since back to what it was: all else is shared with the version in force.</summary>
    private async ValueTask<RegistrySnapshot> ReadAsync(RegistrySnapshot current, long wanted, CancellationToken cancellationToken)
    {
        var changed = new Dictionary<(string Section, string Id), object?>();
        for (var after = wanted; after < current.Version && await store.ListRegistryVersionsAsync(after, Page, cancellationToken) is { Count: > 0 } versions; after = versions[^1].Version)
            foreach (var version in versions.TakeWhile(v => v.Version <= current.Version))
                foreach (var stored in version.Changes) changed[(stored.Section, stored.Id)] = null;
        var objects = wanted == 0 ? [] : (await store.ReadRegistryStateAsync(wanted, cancellationToken))?.Objects
            ?? throw ProblemCode.NotFound.With($"Version {wanted} of the registry is not kept: this hub keeps versions since its registry was taken over object by object.");
        foreach (var stored in objects)
            if (changed.ContainsKey((stored.Section, stored.Id))) changed[(stored.Section, stored.Id)] = ObjectForms.Read(stored);
        return current.With(wanted, [.. changed.Select(c => new SnapshotChange(c.Key.Section, c.Key.Id, c.Value))]);
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
