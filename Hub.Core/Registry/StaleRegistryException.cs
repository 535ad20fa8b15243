namespace Hub.Core.Registry;

/// <summary>What a unit of work rests on was changed by another node: the registry, or a proposal. Nothing of the unit is kept; whoever
/// prepared it catches up and prepares it again.</summary>
/// <param name="version">The version in force.</param>
internal sealed class StaleRegistryException(long version) : Exception($"Another node changed the registry; version {version} is in force.")
{
    /// <summary>The version in force, which is to be caught up with.</summary>
    internal long Version => version;
}
