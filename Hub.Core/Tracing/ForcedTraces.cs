namespace Hub.Core.Tracing;

/// <summary>Bounds how many spans are recorded because something failed: strangers can make failures at will. Thread-safe.</summary>
/// <param name="clock">The clock.</param>
/// <param name="most">How many in a second.</param>
internal sealed class ForcedTraces(TimeProvider clock, int most = 50)
{
    private readonly Lock _gate = new();
    private long _second;
    private int _taken;

    internal bool TryTake()
    {
        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        lock (_gate)
        {
            if (second != _second) (_second, _taken) = (second, 0);
            return _taken++ < most;
        }
    }
}
