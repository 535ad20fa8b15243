namespace Hub.Core.Storage;

/// <summary>Runs units of work in grouped commits: many units, one transaction, one checkpoint signature, one sync.</summary>
public interface ICommitter
{
    /// <summary>Runs a unit; completes once its group is durable and integrated into the log.</summary>
    /// <param name="work">Reads and writes through the scope only. It runs again, with others or alone, when a unit of its
    /// group threw after it had written, so it must not have effects outside the scope. It must not wait for another unit.</param>
    /// <param name="cancellationToken">Gives up waiting for a place in the queue; once queued, the unit runs.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">Thrown by the unit itself (only this unit is rolled back),
    /// or <c>unavailable</c> when the queue is full, the store fails or the hub is stopping.</exception>
    ValueTask<T> RunAsync<T>(Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default);
}
