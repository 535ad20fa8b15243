namespace Hub.Benchmarks.Processes;

/// <summary>A server that a benchmark compares with or stands on, installed from Debian when it is missing.</summary>
internal static class DebianPackage
{
    /// <summary>Installs a package unless what it brings is there.</summary>
    /// <param name="isThere">Whether it is.</param>
    /// <param name="package">Its name.</param>
    internal static async Task EnsureAsync(Func<bool> isThere, string package)
    {
        if (isThere()) return;
        Console.WriteLine($"Installing {package} ...");
        string[] asRoot = Environment.UserName == "root" ? [] : ["sudo"];
        // RUNLEVEL=1: the package's own service is not started; benchmarks start a server of their own.
        string[] install = [.. asRoot, "env", "RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends", package];
        await ChildProcess.RunAsync(install[0], install[1..]);
        if (!isThere()) throw new InvalidOperationException($"{package} was installed, but what it brings was not found.");
    }
}
