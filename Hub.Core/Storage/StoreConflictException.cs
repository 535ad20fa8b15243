namespace Hub.Core.Storage;

/// <summary>Another node, or another group of this one, changed before this transaction could commit what it rests on. Nothing of it is
/// kept; its units are run again on what is there now.</summary>
/// <param name="message">What was changed.</param>
/// <param name="inner">What the database said.</param>
public sealed class StoreConflictException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the connection is lost, too: the next one may lead to another server.</summary>
    public bool HasLostConnection { get; init; }
}
