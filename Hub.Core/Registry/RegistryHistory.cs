using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;
using Hub.Core.Storage;

namespace Hub.Core.Registry;

/// <summary>The registry as it was: any past version again in memory, so that past decisions can be explained. Thread-safe. One
/// past version is put together at a time, and two are remembered: each takes as much memory as the one in force.</summary>
/// <param name="store">Keeps every version.</param>
/// <param name="registry">The version in force.</param>
public sealed class RegistryHistory(IHubStore store, IRegistry registry) : IDisposable
{
    private const int Remembered = 2;

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
            var objects = wanted == 0 ? [] : (await store.ReadRegistryStateAsync(wanted, cancellationToken))?.Objects
                ?? throw ProblemCode.NotFound.With($"Version {wanted} of the registry is not kept: this hub keeps versions since its registry was taken over object by object.");
            var read = new RegistrySnapshot(wanted, ObjectForms.Content(current.Hub, objects));
            if (_past.Count == Remembered) _past.RemoveAt(0);
            _past.Add(read);
            return read;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
