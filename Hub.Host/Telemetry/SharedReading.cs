namespace Hub.Host.Telemetry;

/// <summary>A reading that all who ask share: while one is under way everybody waits for that one, and it is kept for a while from its end on,
/// however long it took. Thread-safe.</summary>
/// <remarks>Failure policy: a reading that fails is told to those who waited for it; the next one who asks begins another.</remarks>
/// <param name="read">Reads; it is told when the patience is over.</param>
/// <param name="kept">How long a reading is kept.</param>
/// <param name="patience">How long one may take.</param>
/// <param name="clock">The hub's clock.</param>
internal sealed class SharedReading<T>(Func<CancellationToken, Task<T>> read, TimeSpan kept, TimeSpan patience, TimeProvider clock)
    where T : class
{
    private readonly Lock _gate = new();
    private Task _underWay = Task.CompletedTask;
    private volatile Ended? _last;

    /// <summary>What was read last; null before the first.</summary>
    internal T? Last => _last?.Value;

    /// <summary>Reads, unless it was read just now.</summary>
    /// <param name="cancellationToken">Waits no longer; the reading goes on for the others.</param>
    internal Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_underWay.IsCompleted) return _underWay.WaitAsync(cancellationToken);
            if (_last is { } last && clock.GetElapsedTime(last.At) < kept) return Task.CompletedTask;
            _underWay = Task.Run(ReadAsync, CancellationToken.None);
            return _underWay.WaitAsync(cancellationToken);
        }
    }

    private async Task ReadAsync()
    {
        using var over = new CancellationTokenSource(patience, clock);
        var value = await read(over.Token);
        _last = new Ended(value, clock.GetTimestamp());
    }

    private sealed record Ended(T Value, long At);
}
