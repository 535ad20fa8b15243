using Hub.IntegrationTests.Postgres;

namespace Hub.IntegrationTests.Faults;

/// <summary>A line of its own from each node to the database.</summary>
internal sealed class Lines(int target, int count) : IAsyncDisposable
{
    private readonly List<TcpProxy> _lines = [.. Enumerable.Range(0, count).Select(_ => TcpProxy.Start(target))];

    internal IEnumerable<int> Ports => _lines.Select(static line => line.Port);

    internal TcpProxy this[int node] => _lines[node];

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _lines) await line.DisposeAsync();
    }
}
