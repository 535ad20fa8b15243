using Hub.Contracts.Envelopes;

namespace Hub.Core.Storage;

/// <summary>Runs units of work in grouped commits: many units, one transaction, one checkpoint signature, one sync.</summary>
public interface ICommitter
{
    /// <summary>How often it could not be learnt whether a commit is durable, and how often that was decided later on: when it has grown,
    /// the store may hold what this node wrote and was told nothing of.</summary>
    long UnknownEnds { get; }

    /// <summary>Runs a unit; completes once its group is durable and integrated into the log.</summary>
    /// <param name="reads">What it will read, so that its group can read it in one go.</param>
    /// <param name="work">Reads and writes through the scope only. It runs again, with others or alone, when a unit of its
    /// group threw after it had written or another node changed what the group rests on, so it must not have effects outside the
    /// scope. It must not wait for another unit.</param>
    /// <param name="cancellationToken">Gives up waiting for a place in the queue; once queued, the unit runs.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException">Thrown by the unit itself (only this unit is rolled back),
    /// or <c>unavailable</c> when the queue is full, the store fails or the hub is stopping.</exception>
    ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default);
}

/// <summary>What a unit of work will read first; a hint.</summary>
/// <param name="Message">The message it looks for.</param>
/// <param name="Delivery">The delivery it looks for.</param>
/// <param name="Answered">The message that it answers, and looks for too.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct UnitReads(MessageKey? Message = null, long? Delivery = null, MessageKey? Answered = null);

/// <summary>Shorter calls.</summary>
public static class CommitterCalls
{
    /// <summary>Runs a unit that does not know beforehand what it will read; see <see cref="ICommitter"/>.</summary>
    public static ValueTask<T> RunAsync<T>(this ICommitter committer, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(committer);
        return committer.RunAsync(default, work, cancellationToken);
    }
}
