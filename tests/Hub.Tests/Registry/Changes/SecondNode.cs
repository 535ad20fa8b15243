using Hub.Core;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Intake;
using Hub.Tests.Pressure;
using Microsoft.Extensions.Logging.Abstractions;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Registry.Changes;

/// <summary>A second node over a store: a committer, a registry and a way in of its own.</summary>
internal sealed class SecondNode : IAsyncDisposable
{
    private SecondNode(IHubStore store, IHubKeys keys, ManualClock clock)
    {
        var settings = new HubSettings { DataDirectory = "." };
        Committer = new GroupCommitter(store, keys, settings, clock, NullLogger<GroupCommitter>.Instance);
        Registry = new RegistryService(store, Committer, keys, settings, clock, NullLogger<RegistryService>.Instance);
        Intake = new IntakeService(
            Registry, Committer, store, new InMemoryUploads(), keys, new Acknowledgements(clock, Signals), new TrailReader(store), Signals,
            new DiskGuard(new FixedDisk(), clock), new BacklogGuard(store, Registry, clock), settings, clock, new CertificateTable(), new ThisNode());
    }

    internal GroupCommitter Committer { get; }

    internal RegistryService Registry { get; }

    internal DeliverySignals Signals { get; } = new();

    internal IntakeService Intake { get; }

    internal static async Task<SecondNode> StartAsync(IHubStore store, IHubKeys keys, ManualClock clock)
    {
        var node = new SecondNode(store, keys, clock);
        await node.Committer.StartAsync();
        await node.Registry.LoadAsync();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        Registry.Dispose();
    }
}
