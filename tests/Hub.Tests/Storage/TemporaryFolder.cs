namespace Hub.Tests.Storage;

/// <summary>An empty folder of its own, deleted with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hub-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
