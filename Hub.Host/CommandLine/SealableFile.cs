using Hub.Contracts.Sealing;

namespace Hub.Host.CommandLine;

/// <summary>Files that are sealed or opened.</summary>
internal static class SealableFile
{
    /// <exception cref="FormatException">It is too large.</exception>
    internal static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > SealingLimits.Default.MaxBytes)
            throw new FormatException($"{path} has {file.Length} bytes; at most {SealingLimits.Default.MaxBytes} are sealed or opened at once.");
        var octets = new byte[file.Length];
        file.ReadExactly(octets);
        return octets;
    }

    /// <summary>Writes a file that is not there yet.</summary>
    /// <exception cref="IOException">It is there, or cannot be written.</exception>
    internal static void WriteNew(string path, ReadOnlyMemory<byte> octets)
    {
        if (File.Exists(path)) throw new IOException($"'{path}' is there already and is not overwritten. Name another file with --out.");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(octets.Span);
    }
}
