using Hub.Adapters.SqlServer;
using Hub.Tests.Nodes;

namespace Hub.Tests.Storage.SqlServer;

[TestFixture]
public sealed class SqlServerNodeStoreTests : NodeStoreContract
{
    private readonly List<SqlServerHubStore> _stores = [];
    private SqlServerDatabase? _database;

    /// <summary>Long enough that a machine that is busy does what comes before its end in time.</summary>
    protected override TimeSpan BriefLease => TimeSpan.FromSeconds(3);

    [OneTimeSetUp]
    public void RequireServer() => SqlServerDatabase.RequireServer();

    protected override ValueTask NewHubAsync()
    {
        _database = SqlServerDatabase.New();
        return default;
    }

    protected override async ValueTask<Member> NewMemberAsync()
    {
        var store = _database!.OpenStore();
        lock (_stores) _stores.Add(store);
        await store.OpenAsync();
        return new Member(store, store);
    }

    protected override ValueTask PassBriefLeaseAsync()
    {
        _database!.Execute("WAITFOR DELAY '00:00:03.010';");
        return default;
    }

    [TearDown]
    public async Task DropAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
        _stores.Clear();
        _database?.Dispose();
        _database = null;
    }
}
