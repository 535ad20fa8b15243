using Hub.Core;
using Hub.Core.Pressure;

namespace Hub.Adapters.Stores.Files;

/// <summary>Asks the file system that holds the data folder (statvfs; on Windows the drive's free space for this user).</summary>
/// <param name="settings">Which data folder.</param>
public sealed class DriveDiskProbe(HubSettings settings) : IDiskProbe
{
    private readonly DriveInfo _drive = new(Path.GetFullPath(settings.DataDirectory));

    /// <inheritdoc/>
    public DiskSpace Measure() => new(_drive.AvailableFreeSpace, _drive.TotalSize);
}
