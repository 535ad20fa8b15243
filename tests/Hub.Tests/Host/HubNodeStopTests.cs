using System.Net.Sockets;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Host.Composition;
using Hub.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class HubNodeStopTests
{
    [Test]
    public async Task Stop_WhileARequestHangs_DispatcherEndsAtOnce()
    {
        using var folder = new TemporaryFolder();
        await using var node = await HubNode.StartAsync(new NodeOptions
        {
            DataDirectory = folder.Path, Address = SystemAddress.Parse("H06.09/lgsp"), Listen = new Uri("http://127.0.0.1:0"),
        });
        using var caller = new TcpClient();
        await caller.ConnectAsync("127.0.0.1", node.Url!.Port);
        await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"));
        await caller.GetStream().ReadExactlyAsync(new byte["HTTP/1.1 100 Continue".Length]);

        using var stop = new CancellationTokenSource();
        var stopped = node.RunUntilAsync(stop.Token);
        await stop.CancelAsync();
        await node.Services.GetServices<IHostedService>().OfType<DispatcherService>().Single().ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.That(stopped.IsCompleted, Is.False, "the request does not hang");
        caller.Close();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
