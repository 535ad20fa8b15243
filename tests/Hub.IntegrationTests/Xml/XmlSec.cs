using System.Diagnostics;

namespace Hub.IntegrationTests.Xml;

/// <summary>The foreign verifier and signer: xmlsec1 of the Debian package of that name.</summary>
internal static class XmlSec
{
    /// <summary>Fails the fixture with a clear word when the program is missing; test.sh installs it.</summary>
    internal static void Require()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "xmlsec1"))))
            Assert.Fail("xmlsec1 is not installed. Run ./test.sh, which installs it, or: apt-get install xmlsec1.");
    }

    internal static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("xmlsec1", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
