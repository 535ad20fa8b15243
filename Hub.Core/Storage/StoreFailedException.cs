namespace Hub.Core.Storage;

/// <summary>The store itself failed to read or write (disk, memory, file damaged): nobody's unit of work is to blame, and
/// whatever the transaction held may be gone. The group that meets it is abandoned as a whole.</summary>
/// <param name="message">What failed.</param>
/// <param name="inner">What the disk or the database said.</param>
public sealed class StoreFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Of a commit that is still under way: completes, in whatever way, when it is decided. Null when nothing more will be heard of it.</summary>
    public Task? Decided { get; init; }
}
