using System.Collections.Concurrent;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>Names that work once, in memory; what several nodes are given is what they share.</summary>
internal sealed class InMemoryOnce : IOnceStore
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    public ValueTask<bool> TryUseAsync(string name, DateTimeOffset until, CancellationToken cancellationToken = default) => new(_used.TryAdd(name, until));
}
