using Hub.Adapters.Stores.Relational;
using Hub.Core.Storage;
using Hub.Tests.Storage.SqlServer;
using Microsoft.Data.SqlClient;

namespace Hub.IntegrationTests.Storage;

[TestFixture]
public sealed class SqlServerSharedStoreTests : SharedStoreContract
{
    private SqlServerDatabase? _database;

    [OneTimeSetUp]
    public void RequireServer() => SqlServerDatabase.RequireServer();

    private protected override IHubStore Create() => (_database ??= SqlServerDatabase.New()).OpenStore();

    private protected override Task JoinAsync(IHubStore store, string name, TimeSpan lease)
    {
        var until = $"DATEADD(second, {(int)lease.TotalSeconds}, SYSDATETIMEOFFSET())";
        _database!.Execute($"""
            UPDATE hub.node SET incarnation = incarnation + 1, until = {until} WHERE name = @name;
            IF @@ROWCOUNT = 0 INSERT INTO hub.node (name, incarnation, version, joined, until, released) VALUES (@name, 1, N'1', SYSDATETIMEOFFSET(), {until}, 0);
            """, new SqlParameter("@name", name));
        var joined = (RelationalHubStore)store;
        joined.Node = (int)_database.Execute("SELECT number FROM hub.node WHERE name = @name;", new SqlParameter("@name", name))!;
        joined.Incarnation = (long)_database.Execute("SELECT incarnation FROM hub.node WHERE name = @name;", new SqlParameter("@name", name))!;
        return Task.CompletedTask;
    }

    private protected override Task StrandAsync()
    {
        _database!.Execute("UPDATE hub.delivery SET behind = 1;");
        return Task.CompletedTask;
    }

    private protected override Task<bool> IsWaitingAsync() => Task.FromResult((int)_database!.Execute(
        "SELECT COUNT(*) FROM sys.dm_tran_locks WHERE resource_type = N'APPLICATION' AND request_status = N'WAIT' AND resource_database_id = DB_ID();")! > 0);

    [TearDown]
    public void DropDatabase()
    {
        _database?.Dispose();
        _database = null;
    }
}
