namespace Hub.Core.Registry;

/// <summary>Gives the registry in force. Readers take one snapshot and use it for a whole decision.</summary>
public interface IRegistry
{
    /// <summary>The snapshot in force; replaced atomically, never changed.</summary>
    RegistrySnapshot Current { get; }
}
