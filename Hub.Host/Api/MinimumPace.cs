namespace Hub.Host.Api;

/// <summary>The pace a peer must keep with a large body, on every protocol version: who dawdles holds memory that others need.</summary>
internal sealed class MinimumPace : IDisposable
{
    /// <summary>Least average, in bytes a second: half a megabit.</summary>
    internal const int BytesPerSecond = 64 * 1024;

    /// <summary>Head start before the average counts.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause, however fast it went before.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly CancellationTokenSource _slow;
    private readonly CancellationTokenSource _either;

    internal MinimumPace(TimeProvider clock, CancellationToken aborted)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
        _slow = new CancellationTokenSource(Grace, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _slow.Token);
    }

    /// <summary>Cancelled when the peer leaves, or falls behind.</summary>
    internal CancellationToken Token => _either.Token;

    /// <summary>Whether the peer fell behind.</summary>
    internal bool Missed => _slow.IsCancellationRequested;

    /// <summary>Says how many bytes have passed since the beginning.</summary>
    internal void Reached(long bytes)
    {
        var left = Grace + TimeSpan.FromSeconds((double)bytes / BytesPerSecond) - _clock.GetElapsedTime(_started);
        _slow.CancelAfter(left > LongestPause ? LongestPause : left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    public void Dispose()
    {
        _either.Dispose();
        _slow.Dispose();
    }
}
