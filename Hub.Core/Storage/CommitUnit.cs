namespace Hub.Core.Storage;

/// <summary>A unit of work waiting for its grouped commit.</summary>
internal abstract class CommitUnit
{
    /// <summary>What it will read.</summary>
    internal UnitReads Reads { get; init; }

    /// <summary>Whether its caller has its answer.</summary>
    internal abstract bool IsSettled { get; }

    /// <summary>What it threw, to be told once the commit that it ran in is durable.</summary>
    internal Exception? Refusal { get; set; }

    /// <summary>Whether it runs now.</summary>
    internal bool IsRunning { get; set; }

    /// <summary>What it ran with last; holds what is to be done after the commit.</summary>
    internal CommitScope? Scope { get; set; }

    internal abstract ValueTask RunAsync(CommitScope scope);

    internal abstract void Complete();

    internal abstract void Fail(Exception exception);

    /// <summary>Does what waits for the commit and tells the caller what came out: its result, or its own exception.</summary>
    internal void Settle()
    {
        if (Refusal is { } refusal)
        {
            Scope?.Abandon();
            Fail(refusal);
            return;
        }

        Scope?.Committed();
        Complete();
    }
}

/// <summary>A unit of work with its caller's answer. Continuations never run inside the committer.</summary>
internal sealed class CommitUnit<T>(Func<CommitScope, ValueTask<T>> work) : CommitUnit
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    internal Task<T> Answer => _answer.Task;

    internal override bool IsSettled => _answer.Task.IsCompleted;

    internal override async ValueTask RunAsync(CommitScope scope) => _result = await work(scope);

    internal override void Complete() => _answer.TrySetResult(_result);

    internal override void Fail(Exception exception) => _answer.TrySetException(exception);
}
