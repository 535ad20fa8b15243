using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Notes in the background that messages name uploads, so that nobody who commits waits for it. What cannot be noted is
/// forgotten: the sweep, which asks the store of messages, comes again.</summary>
/// <param name="keep">Notes one.</param>
internal sealed class UploadKeeper(Func<UploadName, Task> keep)
{
    private readonly Queue<UploadName> _waiting = [];
    private Task _running = Task.CompletedTask;
    private bool _runs;

    internal void Add(IEnumerable<UploadName> uploads)
    {
        lock (_waiting)
        {
            foreach (var upload in uploads) _waiting.Enqueue(upload);
            if (_runs || _waiting.Count == 0) return;
            _runs = true;
            _running = Task.Run(RunAsync);
        }
    }

    /// <summary>Until everything that was added before is noted or given up.</summary>
    internal Task DrainAsync()
    {
        lock (_waiting) return _running;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            UploadName upload;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out upload!))
                {
                    _runs = false;
                    return;
                }
            }

            try
            {
                await keep(upload);
            }
            catch (Exception failed) when (RelationalHubStore.IsFailure(failed) || failed is Hub.Contracts.Problems.ProblemException)
            {
                lock (_waiting) _waiting.Clear();
            }
        }
    }
}
