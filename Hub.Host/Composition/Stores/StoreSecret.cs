namespace Hub.Host.Composition.Stores;

/// <summary>A file with the text of <c>--store</c>, password included.</summary>
internal static class StoreSecret
{
    private const int MaxLength = 8 << 10;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <exception cref="FormatException">Others can read or write it, it cannot be read, or it is empty or too long; the message says what to do.</exception>
    internal static string Read(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others & ~Shown(file)) != 0)
                throw new FormatException($"'{file}' can be read or written by other users. Run: chmod 600 '{file}', and give the role a new password if somebody may have seen this one.");
            if (RandomAccess.GetLength(handle) > MaxLength) throw new FormatException($"'{file}' has more than {MaxLength} bytes: it is to hold one line.");
            using var stream = new FileStream(handle, FileAccess.Read);
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd().Trim();
            return text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal)
                ? text
                : throw new FormatException($"'{file}' is to hold one line: postgres:Host=…;Database=…;Username=…;Password=…, or sqlserver:Server=…;Database=…;User Id=…;Password=….");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"'{file}' cannot be read ({unreadable.Message}). Name a file of the hub's user with mode 0600 with --store-file.", unreadable);
        }
    }

    /// <summary>What the mode shows without meaning it: systemd lets the unit's user read a credential by an access list, whose mask
    /// stands in the place of the group's rights. The folder of credentials is closed to everybody else.</summary>
    private static UnixFileMode Shown(string file) =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials && Path.GetDirectoryName(Path.GetFullPath(file)) == Path.GetFullPath(credentials)
            ? UnixFileMode.GroupRead
            : UnixFileMode.None;
}
