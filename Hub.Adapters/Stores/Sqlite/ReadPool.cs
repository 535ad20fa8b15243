using System.Collections.Concurrent;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Read connections, opened as they are needed, at most 8. Thread-safe. A read is short: it takes a page of rows and
/// holds no snapshot afterwards.</summary>
internal sealed class ReadPool(Func<SqliteSession> open) : IAsyncDisposable
{
    private const int Most = 8;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _places = new(Most, Most);

    internal async ValueTask<TResult> ReadAsync<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var session = _idle.TryTake(out var idle) ? idle : open();
            try
            {
                return read(session, state);
            }
            finally
            {
                _idle.Add(session);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Keeps reads from starting until disposed, and waits for those that run, as long as it may.</summary>
    internal PauseScope Pause(TimeSpan wait)
    {
        var (taken, started) = (0, TimeProvider.System.GetTimestamp());
        while (taken < Most)
        {
            var left = wait - TimeProvider.System.GetElapsedTime(started);
            if (left < TimeSpan.Zero || !_places.Wait(left)) break;
            taken++;
        }

        return new PauseScope(_places, taken);
    }

    /// <summary>Waits for running reads and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var place = 0; place < Most; place++) await _places.WaitAsync();
        while (_idle.TryTake(out var session)) session.Dispose();
    }

    /// <summary>See <see cref="Pause"/>.</summary>
    internal readonly ref struct PauseScope(SemaphoreSlim places, int taken)
    {
        public void Dispose()
        {
            if (taken > 0) places.Release(taken);
        }
    }
}
