namespace Hub.Core.Pressure;

/// <summary>Room on the disk of the data folder.</summary>
/// <param name="Free">Bytes that the hub may still write.</param>
/// <param name="Total">Size of the disk in bytes.</param>
public readonly record struct DiskSpace(long Free, long Total);

/// <summary>How much of the disk is kept for what must go on when it fills: acknowledgements, outcomes, the trail. Pure.</summary>
/// <param name="Bytes">Kept at most, in bytes (1 GiB).</param>
/// <param name="Share">Kept at most, as a share of the disk (0.05): small disks keep less.</param>
public sealed record DiskWatermark(long Bytes = 1L << 30, double Share = 0.05)
{
    /// <summary>Bytes kept free on a disk: the lesser of the two limits.</summary>
    public long ReserveOf(DiskSpace space) => Math.Min(Bytes, (long)(space.Total * Share));

    /// <summary>Whether there is room for what is coming without touching the reserve.</summary>
    /// <param name="space">The disk.</param>
    /// <param name="coming">Bytes about to be written, 0 or more.</param>
    public bool HasRoom(DiskSpace space, long coming = 0) => space.Free - coming >= ReserveOf(space);
}
