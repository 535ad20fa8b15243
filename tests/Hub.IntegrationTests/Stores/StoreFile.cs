using System.Runtime.Versioning;
using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Stores;

/// <summary>Files for <c>--store-file</c>, as an operator writes them.</summary>
[UnsupportedOSPlatform("windows")]
internal static class StoreFile
{
    internal static string Write(string folder, string name, string connection)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, $"postgres:{connection}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    internal static string App(string folder, PostgresDatabase database) => Write(folder, "store", database.Application);

    internal static string Owner(string folder, PostgresDatabase database) => Write(folder, "store-owner", database.Owner);
}
