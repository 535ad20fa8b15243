using Hub.Core.Pressure;

namespace Hub.Tests.Pressure;

/// <summary>A disk as full as the test says; counts how often it is asked.</summary>
internal sealed class FixedDisk : IDiskProbe
{
    internal static readonly DiskSpace Roomy = new(Free: 50L << 30, Total: 100L << 30);
    internal static readonly DiskSpace Full = new(Free: (1L << 30) - 1, Total: 100L << 30);

    internal DiskSpace Space { get; set; } = Roomy;

    internal bool Broken { get; set; }

    internal int Asked { get; private set; }

    public DiskSpace Measure()
    {
        Asked++;
        return Broken ? throw new IOException("The disk does not answer (injected).") : Space;
    }
}
