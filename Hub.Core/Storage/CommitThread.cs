namespace Hub.Core.Storage;

/// <summary>A thread of its own for an asynchronous loop: everything the loop awaits comes back to it, so that a slow sync
/// to disk never occupies the thread pool, and a busy thread pool never delays a commit.</summary>
internal sealed class CommitThread : SynchronizationContext
{
    // A plain monitor: it sleeps at once, where a blocking collection spins before each wait.
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _work = new();
    private bool _ended;

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
        lock (_work)
        {
            if (!_ended)
            {
                _work.Enqueue((d, state));
                Monitor.Pulse(_work);
                return;
            }
        }

        // What a unit left behind goes on elsewhere.
        ThreadPool.QueueUserWorkItem(_ => d(state));
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
                End();
                ended.TrySetFromTask(task);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        while (TryTake(out var work)) work.Callback(work.State);
    }

    private void End()
    {
        lock (_work)
        {
            _ended = true;
            Monitor.Pulse(_work);
        }
    }

    /// <summary>Waits for the next piece of work; false once the loop has ended and nothing is left.</summary>
    private bool TryTake(out (SendOrPostCallback Callback, object? State) work)
    {
        lock (_work)
        {
            while (!_work.TryDequeue(out work))
            {
                if (_ended) return false;
                Monitor.Wait(_work);
            }

            return true;
        }
    }
}
