using Hub.Benchmarks.Processes;

namespace Hub.Benchmarks.Servers;

/// <summary>A RabbitMQ of the benchmark's own: own folder, name, ports and port mapper; nothing is left when it is disposed.</summary>
internal sealed class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly ChildProcess _mapper;
    private readonly ChildProcess _server;

    private RabbitServer(ChildProcess mapper, ChildProcess server, int port) => (_mapper, _server, Port) = (mapper, server, port);

    internal int Port { get; }

    internal TimeSpan Cpu => _server.Cpu;

    internal static async Task<RabbitServer> StartAsync(string folder)
    {
        await DebianPackage.EnsureAsync(static () => File.Exists(Program), "rabbitmq-server");
        var (port, mapperPort) = (Ports.Free(), Ports.Free());
        var plugins = Path.Combine(folder, "rabbit-plugins");
        await File.WriteAllTextAsync(plugins, "[].\n");
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = Directory.CreateDirectory(Path.Combine(folder, "rabbit-home")).FullName,
            ["ERL_EPMD_PORT"] = $"{mapperPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"hubbench{port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DIST_PORT"] = $"{Ports.Free()}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "rabbit-data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "rabbit-log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "rabbit-pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbit-none"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbit-none"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
            // What RabbitMQ's guide recommends where cores are shared: schedulers sleep instead of spinning.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none",
        };
        var mapper = ChildProcess.StartServer("epmd", [], environment);
        var server = ChildProcess.StartServer(Program, [], environment);
        try
        {
            await Ports.WaitAsync(port, server);
            return new RabbitServer(mapper, server, port);
        }
        catch
        {
            await server.DisposeAsync();
            await mapper.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _mapper.DisposeAsync();
    }
}
