using Npgsql;

namespace Hub.IntegrationTests.Postgres;

/// <summary>A database of its own on a server. Dropped with the server.</summary>
/// <param name="Server">Where it is.</param>
/// <param name="Name">Its name.</param>
internal sealed record PostgresDatabase(PostgresServer Server, string Name)
{
    /// <summary>As the application role, verified TLS: what nodes connect with.</summary>
    internal string Application => Server.Connection(Name, PostgresServer.ApplicationRole);

    /// <summary>As the owner of the tables.</summary>
    internal string Owner => Server.Connection(Name, PostgresServer.OwnerRole);

    /// <summary>As a superuser, for what only the test does.</summary>
    internal string Super => Server.Connection(Name, PostgresServer.SuperRole);

    /// <summary>The application's connection through a proxy or to several servers.</summary>
    internal string ApplicationThrough(params IEnumerable<int> ports) => Through(Application, ports);

    internal string OwnerThrough(params IEnumerable<int> ports) => Through(Owner, ports);

    /// <summary>Runs statements as a superuser.</summary>
    internal Task ExecuteAsync(string sql) => PostgresServer.ExecuteAsync(Super, sql);

    /// <summary>One value, as a superuser.</summary>
    internal async Task<T> ReadAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Super);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Drops it, with whatever is still connected.</summary>
    internal Task DropAsync() => Server.ExecuteAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");

    private static string Through(string connection, IEnumerable<int> ports)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection) { Host = string.Join(',', ports.Select(static port => $"localhost:{port}")) };
        builder.Remove("Port");
        if (builder.Host.Contains(',', StringComparison.Ordinal)) builder["Target Session Attributes"] = "primary";
        return builder.ConnectionString;
    }
}
