using System.Net.Sockets;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Problems;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Host.Composition.Stores;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Hub.Host.Composition;

/// <summary>One running node: the data folder's lock, the store, the committer, the dispatcher and the HTTP server.
/// Started in that order and stopped in the reverse one, so that nothing is promised that is not durable.</summary>
internal sealed class HubNode : IAsyncDisposable
{
    /// <summary>What the dispatcher may take longer than the rest.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly DataFolder _folder;
    private readonly FileStream _lock;
    private readonly WebApplication _app;

    private HubNode(DataFolder folder, FileStream held, WebApplication app)
    {
        _folder = folder;
        _lock = held;
        _app = app;
    }

    /// <summary>Base address for systems; null when only the operator socket is open.</summary>
    internal Uri? Url { get; private set; }

    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts a node; its socket answers when this returns.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c> when another process holds the data folder, or its database does not answer.</exception>
    /// <exception cref="FormatException">What is said about the store contradicts what was chosen, or is none.</exception>
    internal static async Task<HubNode> StartAsync(NodeOptions options, CancellationToken cancellationToken = default)
    {
        var folder = new DataFolder(options.DataDirectory);
        var store = StoreChoice.Choose(folder.Directory, options.Store);
        // Whatever is wrong with the address is said before anything is made.
        FileHubKeys.Check(folder.Directory, options.Address);
        folder.Create();
        var held = folder.TryLock()
            ?? throw ProblemCode.Unavailable.With($"Another hub process holds '{folder.Directory}'. Stop it, or choose another --data.");
        HubNode? node = null;
        try
        {
            folder.RemoveTraces();
            node = new HubNode(folder, held, NodeApplication.Build(options, folder, store));
            await node.OpenAsync(options, cancellationToken);
            return node;
        }
        catch
        {
            if (node is not null) await node.DisposeAsync();
            else await held.DisposeAsync();
            throw;
        }
    }

    private async Task OpenAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        var services = _app.Services;
        await OpenStoreAsync(options, cancellationToken);
        await CheckSharedAsync(cancellationToken);
        await services.GetRequiredService<NodeMembership>().StartAsync(cancellationToken);
        await services.GetRequiredService<GroupCommitter>().StartAsync(cancellationToken);
        if (IsShared) await services.GetRequiredService<SharedIdentity>().RecordAsync(cancellationToken);
        await services.GetRequiredService<RegistryService>().LoadAsync(cancellationToken);
        await services.GetRequiredService<CertificateWatch>().LoadAsync(cancellationToken);
        await ListenAsync(options, cancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.SocketFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (options.Listen is not { } listen) return;
        Url = BoundAddress(listen);
        var origins = services.GetRequiredService<HubOrigins>();
        origins.Open(options.PublicUrl ?? Url, Url);
        await _folder.PublishUrlAsync(origins.Public.GetLeftPart(UriPartial.Authority), cancellationToken);
        services.GetRequiredService<ILogger<HubNode>>().LogInformation("Listening on {Url}", Url.GetLeftPart(UriPartial.Authority));
    }

    private bool IsShared => _app.Services.GetRequiredService<StoreChoice>().IsShared;

    /// <summary>A store that other nodes write is looked at before this one does: that it is this hub's, and that it did not go back.</summary>
    private async Task CheckSharedAsync(CancellationToken cancellationToken)
    {
        if (!IsShared) return;
        await _app.Services.GetRequiredService<SharedIdentity>().CheckAsync(cancellationToken);
        await _app.Services.GetRequiredService<LogMemory>().StartAsync(cancellationToken);
    }

    /// <summary>What was chosen is remembered once it has proved right.</summary>
    private async Task OpenStoreAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        var store = _app.Services.GetRequiredService<IHubStore>();
        store.Listen(_app.Services.GetRequiredService<StoreWakes>().Hear);
        await new StoreOpening(options.Store.Wait, _app.Services.GetRequiredService<TimeProvider>(), _app.Services.GetRequiredService<ILogger<HubNode>>())
            .RunAsync(token => OpenOnceAsync(store, token), cancellationToken);
        _app.Services.GetRequiredService<StoreChoice>().Memory?.Write(_folder.Directory);
    }

    /// <exception cref="UnauthorizedAccessException">The database refuses what waiting would not mend.</exception>
    private async Task OpenOnceAsync(IHubStore store, CancellationToken cancellationToken)
    {
        try
        {
            await store.OpenAsync(cancellationToken);
        }
        catch (ProblemException away) when (_app.Services.GetRequiredService<StoreChoice>().Primary is { } target && target.RefusalOf(away) is { } refusal)
        {
            throw new UnauthorizedAccessException(refusal, away);
        }
    }

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    private async Task ListenAsync(NodeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException busy) when (busy.InnerException is AddressInUseException)
        {
            throw new IOException($"Another program listens on {options.Listen?.GetLeftPart(UriPartial.Authority)}: stop it, or give another port with --listen (cổng đang được dùng).", busy);
        }
        catch (SocketException refused)
        {
            throw new IOException($"Cannot listen on {options.Listen?.GetLeftPart(UriPartial.Authority)}: {refused.Message}. Give an address and port of this machine that the hub's user may use with --listen.", refused);
        }
    }

    /// <summary>Waits until the token asks to stop, then drains for at most 30 s.</summary>
    internal async Task RunUntilAsync(CancellationToken stop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(ended.SetResult);
        await ended.Task;
        await _app.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _app.StopAsync(CancellationToken.None);
            await DispatcherEndedAsync();
            // What waits is committed while the lease runs; then it may end.
            await _app.Services.GetRequiredService<GroupCommitter>().DisposeAsync();
            await _app.Services.GetRequiredService<NodeMembership>().DisposeAsync();
            await _app.DisposeAsync();
        }
        finally
        {
            _folder.RemoveTraces();
            await _lock.DisposeAsync();
        }
    }

    /// <summary>Outcomes are recorded until the dispatcher ends, so the store goes after it.</summary>
    private async Task DispatcherEndedAsync()
    {
        var dispatching = _app.Services.GetServices<IHostedService>().OfType<DispatcherService>().SingleOrDefault()?.ExecuteTask ?? Task.CompletedTask;
        await dispatching.WaitAsync(LastMoment).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The port may have been chosen by the system (port 0).</summary>
    private Uri BoundAddress(Uri listen)
    {
        var bound = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .First(static address => !address.Contains("unix:", StringComparison.Ordinal));
        return new UriBuilder(listen) { Port = new Uri(bound).Port }.Uri;
    }
}
