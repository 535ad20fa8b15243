using System.Net;
using System.Net.Sockets;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;
using Hub.Host.Demo.Agencies;
using Hub.Host.DevPki;

namespace Hub.Host.Demo;

/// <summary>The agencies' programs of one run, on their side of the wire.</summary>
internal sealed class DemoWorld : IAsyncDisposable
{
    /// <summary>The district whose receiver is down at first.</summary>
    public static readonly SystemAddress Unsteady = SystemAddress.Parse("H06.41/qlvb");

    /// <summary>The district that refuses.</summary>
    public static readonly SystemAddress Refusing = SystemAddress.Parse("H06.43/qlvb");

    /// <summary>Why it refuses.</summary>
    public const string RefusalReason = "Văn bản gửi nhầm nơi nhận: không thuộc thẩm quyền giải quyết của huyện";

    private static readonly string[] Active =
    [
        "G22/qlvb", "H06/qlvb", "H06.09/qlvb", "H06.40/qlvb", "H06.41/qlvb", "H06.42/qlvb", "H06.43/qlvb", "H06.44/qlvb",
        "H06.44.01/qlvb", "H06.44.02/qlvb", "H06.44.03/qlvb", "H06.44.04/qlvb", "H06.44.05/qlvb", "H06.44.06/qlvb", "H06.44.07/qlvb", "H06.44.08/qlvb",
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<SystemAddress, AgencyProgram> _programs;
    private readonly List<Task> _pulling = [];
    private PushListener? _listener;

    private DemoWorld(Dictionary<SystemAddress, AgencyProgram> programs, UnsteadyReceiver unsteady)
    {
        _programs = programs;
        Receiver = unsteady;
    }

    /// <summary>The receiver that is down at first.</summary>
    public UnsteadyReceiver Receiver { get; }

    /// <summary>Every program.</summary>
    public IReadOnlyCollection<AgencyProgram> Programs => _programs.Values;

    /// <summary>The program of a system.</summary>
    public AgencyProgram this[SystemAddress system] => _programs[system];

    /// <summary>The program of a system.</summary>
    public AgencyProgram this[string system] => _programs[SystemAddress.Parse(system)];

    /// <summary>Starts the programs: those with a mailbox begin to pull, those pushed to begin to listen.</summary>
    /// <param name="hub">Base address of the hub.</param>
    /// <param name="registry">Registry of the run.</param>
    /// <param name="keys">The systems' keys.</param>
    /// <param name="hubKey">The hub's statement key.</param>
    /// <param name="logKey">The key of the hub's log.</param>
    /// <param name="steadyPort">Port of the receivers that are always up.</param>
    /// <param name="unsteadyPort">Port of the one that is not.</param>
    public static async Task<DemoWorld> StartAsync(
        Uri hub, DemoRegistry registry, DevelopmentKeyFolder keys, VerificationKey hubKey, NoteVerifier logKey, int steadyPort, int unsteadyPort)
    {
        var partners = new PartnerKeys(registry.Content);
        var programs = Active.Select(SystemAddress.Parse).ToDictionary(static self => self, self => new AgencyProgram(
            new HubClient(hub, self, keys.Signer(self), TimeProvider.System) { LogKey = logKey }, hubKey, partners)
        {
            RefusalReason = self == Refusing ? RefusalReason : null,
        });
        var world = new DemoWorld(programs, new UnsteadyReceiver(unsteadyPort, programs[Unsteady]));
        var channels = registry.Content.Systems.ToDictionary(static system => system.Address, static system => system.Channel.Kind);
        world._listener = await PushListener.StartAsync(
            steadyPort, programs.Values.Where(program => channels[program.Self] == "push" && program.Self != Unsteady));
        foreach (var program in programs.Values.Where(program => channels[program.Self] == "mailbox"))
            world._pulling.Add(program.PullAsync(world._stop.Token));
        return world;
    }

    /// <summary>Ports that are free now.</summary>
    public static IReadOnlyList<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners) listener.Start();
            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_pulling);
        if (_listener is not null) await _listener.DisposeAsync();
        await Receiver.DisposeAsync();
        foreach (var program in _programs.Values) program.Dispose();
        _stop.Dispose();
    }
}
