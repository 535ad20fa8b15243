using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Hub.Host.Demo;

namespace Hub.Host.CommandLine;

/// <summary><c>hub demo</c>: documents travel between four levels of government, on an empty folder.</summary>
internal static class DemoCommand
{
    private static readonly Option<bool> Exit = new("--exit") { Description = "Check the outcome and end with 0 or 1 instead of serving on." };

    private static readonly Option<int> Port = new("--port") { Description = "Port of the hub on 127.0.0.1; 0 for a free one.", HelpName = "N" };

    private static readonly Option<string?> Folder = new("--data")
    {
        Description = "An empty or new folder that is kept; a temporary one when left out, which is deleted at the end unless the demonstration failed (thư mục dữ liệu).", HelpName = "DIR",
    };

    internal static Command Create()
    {
        var command = new Command("demo", "Watch documents travel between a ministry, a province, a district and its communes (chạy thử).")
        {
            Exit, Port, Folder,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(Port) is < 0 or > 65535) result.AddError("--port is 0 to 65535.");
        });
        command.SetAction((parsed, stop) => AgencyErrors.RunAsync(parsed, () => RunAsync(parsed, stop)));
        return command.WithExamples("""
            hub demo
            hub demo --exit
            hub demo --data ./demo-data --port 8080
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        RequireFree(parsed.GetValue(Port));
        using var folder = DemoFolder.Open(parsed.GetValue(Folder));
        try
        {
            var run = new DemoRun(folder, parsed.GetValue(Port), new DemoReport(parsed.InvocationConfiguration.Output));
            if (await run.RunAsync(parsed.GetValue(Exit), stop)) return ExitCode.Ok;
        }
        catch when (!stop.IsCancellationRequested)
        {
            folder.Keep();
            TellWhere(parsed, folder);
            throw;
        }

        TellWhere(parsed, folder);
        return ExitCode.Refused;
    }

    private static void TellWhere(ParseResult parsed, DemoFolder folder) =>
        parsed.InvocationConfiguration.Error.WriteLine($"The demonstration failed. Its files, with what the hub wrote, are kept in {folder.Path}.");

    /// <exception cref="IOException">The port cannot be used.</exception>
    private static void RequireFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException busy) when (busy.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException($"Port {port} is in use. Name another with --port, or leave it out for a free one.", busy);
        }
        catch (SocketException failed)
        {
            throw new IOException($"Port {port} cannot be used: {failed.Message}. Name another with --port, or leave it out for a free one.", failed);
        }
    }
}
