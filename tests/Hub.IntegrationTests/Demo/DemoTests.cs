using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Demo;

public class DemoTests
{
    [Test]
    [CancelAfter(120_000)]
    public async Task Demo_Exit_HoldsEveryExpectationWithinAMinute(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var result = await HubProcess.RunAsync("demo", "--exit").WaitAsync(cancellationToken);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
            Assert.That(result.Output, Does.Not.Contain("✗"));
            Assert.That(result.Output, Does.Contain("H06.41/qlvb").And.Contain("03 registered").And.Contain("02 refused"));
        });
    }

    [Test]
    public async Task Demo_FolderThatIsNotEmpty_IsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("hub-demo-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "mine.txt"), "kept");
            var result = await HubProcess.RunAsync("demo", "--exit", "--data", folder.FullName);
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(Directory.GetFileSystemEntries(folder.FullName), Has.Length.EqualTo(1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task Demo_PortInUse_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var result = await HubProcess.RunAsync("demo", "--exit", "--port", port);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.Error, Does.Contain($"Port {port} is in use"));
    }
}
