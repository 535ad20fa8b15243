using Hub.Contracts.Problems;

namespace Hub.Core.Pressure;

/// <summary>Closes the way in while the disk is below its watermark, and opens it again by itself. Asks the disk at most once
/// a second. Thread-safe.</summary>
/// <remarks>Failure policy: a disk that cannot be asked closes nothing; the store itself says <c>unavailable</c> when it
/// cannot write.</remarks>
/// <param name="probe">Measures the disk.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class DiskGuard(IDiskProbe probe, TimeProvider clock)
{
    /// <summary>What refused callers are told to wait (30 s).</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _measured;
    private DiskSpace? _space;

    /// <summary>What is kept free.</summary>
    public DiskWatermark Watermark { get; init; } = new();

    /// <summary>Refuses what would be written into the reserve.</summary>
    /// <param name="coming">Bytes about to be written, 0 or more.</param>
    /// <exception cref="ProblemException"><c>unavailable</c>, with Retry-After.</exception>
    public void RequireRoom(long coming = 0)
    {
        if (Space() is not { } space || Watermark.HasRoom(space, coming)) return;
        IntakeGate.Shed("disk");
        throw new ProblemException(new Problem(
            ProblemCode.Unavailable,
            $"The hub's disk has {space.Free} bytes free, of which {Watermark.ReserveOf(space)} are kept for what was accepted before. Nothing new is taken until there is room; acknowledgements are. Retry in {RetryAfter.TotalSeconds:0} s.")
        {
            RetryAfter = RetryAfter,
        });
    }

    private DiskSpace? Space()
    {
        lock (_gate)
        {
            if (_measured is { } at && clock.GetElapsedTime(at) < Interval) return _space;
            _measured = clock.GetTimestamp();
            try
            {
                _space = probe.Measure();
            }
            catch (IOException)
            {
                _space = null;
            }

            return _space;
        }
    }
}
