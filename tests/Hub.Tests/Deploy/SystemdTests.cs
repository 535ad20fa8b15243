using System.Diagnostics;
using System.Globalization;

namespace Hub.Tests.Deploy;

[TestFixture]
public sealed class SystemdTests
{
    private static readonly string Unit = DeployedFile.Text("systemd", "hub@.service");

    private static string Setting(string name) =>
        Unit.Split('\n').Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    [Test]
    public void Command_IsOneThatTheProgramTakes()
    {
        var words = Setting("ExecStart").Split(' ')[1..^1];
        Assert.That(DeployedFile.Mistakes(words.Concat(["--listen", "https://10.0.0.11:8443"])), Is.Empty);
    }

    [Test]
    public void Start_EndsWhenTheNodeIsReady_HoweverLongTheDatabaseTakes() => Assert.That((Setting("Type"), Setting("TimeoutStartSec")), Is.EqualTo(("notify", "infinity")));

    [Test]
    public void Stop_LeavesTimeToDrain() => Assert.That(int.Parse(Setting("TimeoutStopSec"), CultureInfo.InvariantCulture), Is.GreaterThan(40));

    [Test]
    public void Restart_NotAfterMistakes() =>
        Assert.That(Setting("RestartPreventExitStatus"), Is.EqualTo($"{Hub.Host.CommandLine.ExitCode.Refused} {Hub.Host.CommandLine.ExitCode.Usage}"));

    [Test]
    public async Task Unit_IsSoundAndCloses_BySystemdsOwnWord()
    {
        if (!File.Exists("/usr/bin/systemd-analyze")) Assert.Ignore("There is no systemd-analyze on this machine.");
        var folder = Directory.CreateTempSubdirectory("hub-unit-").FullName;
        try
        {
            var file = Path.Combine(folder, "hub@one.service");
            await File.WriteAllTextAsync(file, Unit.Replace("/usr/lib/hub/hub", "/bin/true", StringComparison.Ordinal).Replace("User=hub", "User=nobody", StringComparison.Ordinal).Replace("Group=hub", "Group=nogroup", StringComparison.Ordinal));
            await AnalyzeAsync("verify", "--man=no", file);
            // Tenths: up to 2.0 of 10 are "OK" by its scale, far from "exposed".
            await AnalyzeAsync("security", "--offline=true", "--threshold=20", "--no-pager", file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AnalyzeAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{await output}\n{await error}");
    }
}
