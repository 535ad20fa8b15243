using System.Collections.Concurrent;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Read connections, opened as they are needed, as many as given at most. Thread-safe. A read is short: it takes a page
/// of rows and holds no snapshot afterwards.</summary>
internal sealed class ReadPool(int most, Func<SqliteSession> open) : IAsyncDisposable
{
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly SemaphoreSlim _places = new(most, most);

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
        while (taken < most)
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
        for (var place = 0; place < most; place++) await _places.WaitAsync();
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
