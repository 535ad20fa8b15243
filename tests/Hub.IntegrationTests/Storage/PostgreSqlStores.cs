using Hub.Adapters.Stores.PostgreSql;
using Hub.IntegrationTests.Postgres;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.IntegrationTests.Storage;

/// <summary>Stores over a database of their own, dropped with it.</summary>
internal sealed class PostgreSqlStores(PostgresDatabase database) : IDisposable
{
    internal PostgresDatabase Database => database;

    internal static PostgreSqlStores New() => new(NewDatabaseAsync().GetAwaiter().GetResult());

    internal PostgreSqlHubStore CreateStore(string? connection = null, int mostScanned = 20_000) =>
        new(new PostgreSqlSettings { ConnectionString = connection ?? database.Application }, DataFolder.Keys, TimeProvider.System, NullLogger<PostgreSqlHubStore>.Instance) { MostScanned = mostScanned };

    /// <summary>Writes the registry of a hub from before objects were kept one by one.</summary>
    internal void PutDocument(long version, string document) =>
        database.ExecuteAsync($"INSERT INTO registry (version, document) VALUES ({version}, '{document}')").GetAwaiter().GetResult();

    /// <summary>What joining does to the tables.</summary>
    internal async Task<(int Node, long Incarnation)> JoinAsync(string name, TimeSpan lease)
    {
        var until = $"clock_timestamp() + interval '{(int)lease.TotalSeconds} s'";
        await database.ExecuteAsync($"""
            INSERT INTO node AS n (name, incarnation, version, joined, until, released) VALUES ('{name}', 1, '1', clock_timestamp(), {until}, false)
            ON CONFLICT (name) DO UPDATE SET incarnation = n.incarnation + 1, until = {until}
            """);
        return (await database.ReadAsync<int>($"SELECT number FROM node WHERE name = '{name}'"), await database.ReadAsync<long>($"SELECT incarnation FROM node WHERE name = '{name}'"));
    }

    public void Dispose() => database.DropAsync().GetAwaiter().GetResult();

    private static async Task<PostgresDatabase> NewDatabaseAsync() => await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
}
