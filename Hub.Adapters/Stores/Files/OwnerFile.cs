namespace Hub.Adapters.Stores.Files;

/// <summary>Small files that only their owner may read.</summary>
public static class OwnerFile
{
    /// <summary>Writes a file with mode 0600, whole and durable or not at all; replaces an existing one.</summary>
    /// <exception cref="IOException">It could not be written or synced.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content) => DurableFile.Write(path, content, DurableFile.OwnerOnlyFile, overwrite: true);
}
