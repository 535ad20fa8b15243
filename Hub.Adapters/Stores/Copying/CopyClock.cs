namespace Hub.Adapters.Stores.Copying;

/// <summary>Keeps the pace of a copy and tells it, a few times a second.</summary>
internal sealed class CopyClock(TimeProvider clock, Action<CopyProgress> report)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private long _started;
    private long? _told;
    private long _all;
    private long _before;
    private long _rows;
    private long _bytes;
    private string _what = "";

    internal void Begin(long allRows) => (_started, _all) = (clock.GetTimestamp(), allRows);

    /// <summary>Begins with something of which so many rows were done before.</summary>
    internal void Enter(string what, long rowsBefore)
    {
        (_what, _before) = (what, _before + rowsBefore);
        Tell();
    }

    internal void Add(long rows, long bytes)
    {
        (_rows, _bytes) = (_rows + rows, _bytes + bytes);
        if (_told is not { } told || clock.GetElapsedTime(told) >= Pause) Tell();
    }

    private void Tell()
    {
        _told = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(_started);
        var left = _all - _before - _rows;
        report(new CopyProgress(_what, _before + _rows, _all, _bytes, elapsed, _rows > 0 && left >= 0 ? elapsed * ((double)left / _rows) : null));
    }
}
