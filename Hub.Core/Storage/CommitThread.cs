namespace Hub.Core.Storage;

/// <summary>A thread of its own for an asynchronous loop: everything the loop awaits comes back to it, so that a slow sync
/// to disk never occupies the thread pool, and a busy thread pool never delays a commit.</summary>
internal sealed class CommitThread : SynchronizationContext
{
    // A monitor, not a blocking collection, which spins before it waits.
    private readonly object _gate = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _work = [];
    private bool _ended;

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
        lock (_gate)
        {
            if (!_ended)
            {
                _work.Enqueue((d, state));
                Monitor.Pulse(_gate);
                return;
            }
        }

        // The loop has ended; what a unit left behind goes on elsewhere.
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
                lock (_gate)
                {
                    _ended = true;
                    Monitor.Pulse(_gate);
                }

                ended.TrySetFromTask(task);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        while (TryTake(out var work)) work.Callback(work.State);
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) work)
    {
        lock (_gate)
        {
            while (_work.Count == 0 && !_ended) Monitor.Wait(_gate);
            return _work.TryDequeue(out work);
        }
    }
}
