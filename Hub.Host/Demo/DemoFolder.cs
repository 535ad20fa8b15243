namespace Hub.Host.Demo;

/// <summary>The files of one run.</summary>
internal sealed class DemoFolder : IDisposable
{
    private DemoFolder(string path, bool temporary)
    {
        Path = path;
        IsTemporary = temporary;
    }

    /// <summary>Whether it goes with the run.</summary>
    public bool IsTemporary { get; private set; }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The hub's data folder.</summary>
    public string Hub => In("hub");

    /// <summary>The agencies' keys, and the registry that names them.</summary>
    public string Keys => In("pki");

    /// <summary>What <c>hub serve</c> writes.</summary>
    public string Log => In("hub.log");

    /// <summary>The registry to import.</summary>
    public string Registry => System.IO.Path.Combine(Keys, "registry.yaml");

    /// <summary>The key of the hub's log.</summary>
    public string LogKey => System.IO.Path.Combine(Hub, "public", "log.vkey");

    /// <summary>The hub's statement key.</summary>
    public string StatementKey => System.IO.Path.Combine(Hub, "public", "statement.pem");

    /// <summary>Opens the folder of a run.</summary>
    /// <param name="path">An empty or new folder; null for a temporary one that goes with the run.</param>
    /// <exception cref="IOException">The folder holds something.</exception>
    public static DemoFolder Open(string? path)
    {
        if (path is null) return new DemoFolder(Directory.CreateTempSubdirectory("hub-demo-").FullName, temporary: true);
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new IOException($"'{path}' is not empty. The demonstration begins with nothing: name a new folder, or leave --data out.");
        return new DemoFolder(Directory.CreateDirectory(path).FullName, temporary: false);
    }

    /// <summary>A file in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Keeps it, so that a failure can be looked into.</summary>
    public void Keep() => IsTemporary = false;

    public void Dispose()
    {
        if (IsTemporary) Directory.Delete(Path, recursive: true);
    }
}
