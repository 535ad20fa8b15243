using Hub.Core.Registry;

namespace Hub.Core.Nodes;

/// <summary>Something that a node keeps in memory of what all nodes share, and that other nodes change.</summary>
public interface ICatchUp
{
    /// <summary>Reads what others changed; afterwards it is at least as new as the store was when this was called. Thread-safe.</summary>
    ValueTask CatchUpAsync(CancellationToken cancellationToken = default);
}

/// <summary>The registry catches up with the versions of other nodes.</summary>
/// <param name="registry">The registry.</param>
public sealed class RegistryCatchUp(IRegistry registry) : ICatchUp
{
    /// <inheritdoc/>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken = default) => registry.CatchUpAsync(long.MaxValue, cancellationToken);
}
