namespace Hub.Core.Storage;

/// <summary>Names that work once, whichever node sees them first. Kept by a store that nodes share, so that a restart forgets none.</summary>
public interface IOnceStore
{
    /// <summary>Uses a name; durable when it returns.</summary>
    /// <param name="name">At most 100 ASCII characters.</param>
    /// <param name="until">Until when it has to be remembered; it may be forgotten a minute later.</param>
    /// <param name="cancellationToken">Gives up; the name may be used then.</param>
    /// <returns>False when it was used before, on this node or another.</returns>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>unavailable</c>: whether it was used cannot be known now.</exception>
    ValueTask<bool> TryUseAsync(string name, DateTimeOffset until, CancellationToken cancellationToken = default);
}
