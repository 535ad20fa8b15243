namespace Hub.Core.Pressure;

/// <summary>Measures the disk of the data folder. Thread-safe.</summary>
public interface IDiskProbe
{
    /// <summary>The room there is now.</summary>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    DiskSpace Measure();
}
