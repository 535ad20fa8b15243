using System.Globalization;
using Hub.Adapters.Stores.Files;
using Microsoft.Win32.SafeHandles;

namespace Hub.Adapters.Stores.Bodies;

/// <summary>The folder of segments <c>00000001.seg</c>, <c>00000002.seg</c>, …, held by one process at a time.</summary>
internal sealed class SegmentFolder : IDisposable
{
    private readonly FileStream _lock;

    internal SegmentFolder(string path)
    {
        Path = path;
        DurableFile.CreateFolder(path);
        try
        {
            _lock = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new IOException($"Another process holds '{path}'. Stop it first: two hubs on one data folder would destroy each other's messages.", held);
        }
    }

    internal string Path { get; }

    internal string FileOf(int segment) => System.IO.Path.Combine(Path, NameOf(segment));

    internal static string NameOf(int segment) => segment.ToString("d8", CultureInfo.InvariantCulture) + ".seg";

    /// <summary>Numbers of the segments there are, ascending.</summary>
    internal List<int> List()
    {
        var numbers = new List<int>();
        foreach (var file in Directory.EnumerateFiles(Path, "*.seg"))
        {
            if (int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
        }

        numbers.Sort();
        return numbers;
    }

    internal SafeFileHandle OpenWrite(int segment) => File.OpenHandle(FileOf(segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    internal SafeFileHandle OpenRead(int segment) => File.OpenHandle(FileOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.RandomAccess);

    public void Dispose() => _lock.Dispose();
}
