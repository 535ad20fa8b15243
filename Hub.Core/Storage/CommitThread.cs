using System.Collections.Concurrent;

namespace Hub.Core.Storage;

/// <summary>A thread of its own for an asynchronous loop: everything the loop awaits comes back to it, so that a slow sync
/// to disk never occupies the thread pool, and a busy thread pool never delays a commit.</summary>
internal sealed class CommitThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    /// <summary>Whether the caller runs on such a thread.</summary>
    internal static bool IsCurrent => Current is CommitThread;

    /// <summary>Runs a loop on a new thread; completes as the loop completes.</summary>
    internal static Task RunAsync(string name, Func<Task> loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => new CommitThread().Pump(loop, ended)) { IsBackground = true, Name = name }.Start();
        return ended.Task;
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _work.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The loop has ended; what a unit left behind goes on elsewhere.
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    private void Pump(Func<Task> loop, TaskCompletionSource ended)
    {
        SetSynchronizationContext(this);
        var running = loop();
        _ = running.ContinueWith(
            task =>
            {
                _work.CompleteAdding();
                ended.TrySetFromTask(task);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        foreach (var (callback, state) in _work.GetConsumingEnumerable()) callback(state);
    }
}
