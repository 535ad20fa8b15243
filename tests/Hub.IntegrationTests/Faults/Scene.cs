using System.Runtime.Versioning;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Faults;

/// <summary>Nodes over one database under load, watched; what is done to them is the test's.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class Scene : IAsyncDisposable
{
    private readonly NoteVerifier _key;
    private readonly CheckpointWatch _checkpoints;

    private Scene(Traffic traffic, HubNodes nodes, NoteVerifier key)
    {
        (Traffic, Nodes, _key) = (traffic, nodes, key);
        _checkpoints = CheckpointWatch.Start(key, nodes.Urls);
    }

    internal Traffic Traffic { get; }

    internal HubNodes Nodes { get; }

    internal Rounds Rounds { get; } = new();

    /// <summary>Starts one node for each connection string, and the load.</summary>
    internal static async Task<Scene> BeginAsync(params IReadOnlyList<string> connections)
    {
        var traffic = await Traffic.PrepareAsync();
        HubNodes? nodes = null;
        try
        {
            nodes = await HubNodes.StartAsync(traffic.RegistryYaml, connections);
            using var http = new HttpClient();
            var scene = new Scene(traffic, nodes, NoteVerifier.Parse((await http.GetStringAsync(new Uri(nodes.Urls[0], "/log/key"))).Trim()));
            await traffic.BeginAsync(nodes.Urls);
            return scene;
        }
        catch
        {
            await traffic.DisposeAsync();
            if (nodes is not null) await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every node has done something that was asked of it from now on.</summary>
    /// <returns>Milliseconds.</returns>
    internal async Task<long> AllWorkAsync(CancellationToken stop)
    {
        var began = Environment.TickCount64;
        while (!Traffic.Witness.AllWorkedSince(began))
        {
            Assert.That(Environment.TickCount64 - began, Is.LessThan(40_000), $"Not every node works again.\n{Nodes.Log}");
            await Task.Delay(20, stop);
        }

        return Environment.TickCount64 - began;
    }

    /// <summary>Ends the load, waits until all has arrived, and checks everything that was promised.</summary>
    /// <param name="database">Where the hub's database is now.</param>
    /// <param name="stop">Gives up.</param>
    internal async Task EndAsync(PostgresDatabase database, CancellationToken stop)
    {
        var facts = new PostgresFacts(database);
        await Traffic.StopSendingAsync().WaitAsync(TimeSpan.FromSeconds(60), stop);
        await Truth.DrainedAsync(Traffic, () => Nodes.Log, facts, stop);
        await Traffic.StopReadingAsync();
        await _checkpoints.StopAsync();
        Rounds.Report(Traffic);
        await Truth.HoldsAsync(Traffic, Nodes.Data(0), facts, _checkpoints, _key, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _checkpoints.DisposeAsync();
        await Traffic.DisposeAsync();
        await Nodes.DisposeAsync();
    }
}
