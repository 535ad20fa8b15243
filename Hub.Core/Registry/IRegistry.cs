namespace Hub.Core.Registry;

/// <summary>Gives the registry in force. Readers take one snapshot and use it for a whole decision.</summary>
public interface IRegistry
{
    /// <summary>The snapshot in force; replaced atomically, never changed.</summary>
    RegistrySnapshot Current { get; }

    /// <summary>Puts in force here what other nodes changed, unless this version or a later one is in force already.</summary>
    /// <param name="version">The version heard of; <see cref="long.MaxValue"/>: whatever is the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask CatchUpAsync(long version, CancellationToken cancellationToken = default) => default;
}
