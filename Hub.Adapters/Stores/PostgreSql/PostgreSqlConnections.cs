using System.Net;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The connections of a node: one that writes, one pool for each kind of read, one that listens. Every session states what it
/// may wait for, so that a node that was paused or cut off is ended by the database.</summary>
internal static class PostgreSqlConnections
{
    /// <summary>A receipt is given for what is on disk, whatever the server's default is; a stronger one (standbys) stays.</summary>
    internal const string DurableCommits = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

    // A writer that stops in the middle of a group holds others up: the database ends it. Whoever waits for it waits longer than that.
    private const string WriterOptions =
        "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=4000 -c statement_timeout=5000 -c client_connection_check_interval=1000"
        // Every statement is a walk through an index, whatever the tables' statistics say; a plan is made once.
        + " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    // As with the writer; and whatever has an order is walked in it, so that a page stops when it is full.
    private const string ReaderOptions = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_sort=off"
        + " -c default_transaction_read_only=on -c idle_in_transaction_session_timeout=10000 -c jit=off -c statement_timeout=";

    internal static NpgsqlDataSource Writer(PostgreSqlSettings settings)
    {
        var text = Base(settings.ConnectionString, "writer", WriterOptions);
        text.Pooling = false;
        text.CommandTimeout = 8;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    internal static NpgsqlDataSource Readers(string connection, string name, int most, int seconds)
    {
        var text = Base(connection, name, $"{ReaderOptions}{seconds * 1000}");
        text.MaxPoolSize = most;
        text.NoResetOnClose = true;
        text.CommandTimeout = seconds + 3;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    internal static NpgsqlDataSource Uploads(string connection)
    {
        var text = Base(connection, "uploads", "-c idle_in_transaction_session_timeout=10000 -c lock_timeout=10000 -c statement_timeout=60000 -c plan_cache_mode=force_generic_plan -c enable_seqscan=off");
        text.MaxPoolSize = 16;
        text.NoResetOnClose = true;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    /// <summary>A few connections for short writes of single rows.</summary>
    internal static NpgsqlDataSource Few(string connection, string name)
    {
        var text = Base(connection, name, "-c idle_in_transaction_session_timeout=2000 -c lock_timeout=2000 -c statement_timeout=3000 -c jit=off");
        text.MaxPoolSize = 4;
        text.NoResetOnClose = true;
        text.CommandTimeout = 5;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    internal static NpgsqlDataSource Plain(string connection, string name)
    {
        var text = Base(connection, name, "");
        text.Pooling = false;
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    private static NpgsqlConnectionStringBuilder Base(string connection, string name, string options)
    {
        // ShouldSerialize tells what is stated; ContainsKey, what may be.
        var text = new NpgsqlConnectionStringBuilder(connection);
        if (!text.ShouldSerialize("SSL Mode") && !IsThisMachine(text.Host)) text.SslMode = SslMode.VerifyFull;
        if (!text.ShouldSerialize("Timeout")) text.Timeout = 3;
        if (!text.ShouldSerialize("Max Auto Prepare")) text.MaxAutoPrepare = 200;
        text.AutoPrepareMinUsages = 2;
        // The driver takes a host for what it was, a standby or dead, for ten seconds: a promoted standby would be overlooked that long.
        if (!text.ShouldSerialize("Host Recheck Seconds")) text.HostRecheckSeconds = 1;
        if (!IsSocketFile(text.Host))
        {
            text.TcpKeepAlive = true;
            text.TcpKeepAliveTime = 5;
            text.TcpKeepAliveInterval = 2;
        }

        text.Options = $"{text.Options} {options}".Trim();
        text.ApplicationName = $"hub {name}";
        text.IncludeErrorDetail = false;
        return text;
    }

    private static bool IsThisMachine(string? hosts) => (hosts ?? "").Split(',').All(static host =>
    {
        var name = host.Split(':')[0];
        return IsSocketFile(host) || name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    });

    // A socket in the file system knows no keep-alive: setting it fails.
    private static bool IsSocketFile(string? hosts) => hosts is not null && (hosts.StartsWith('/') || hosts.StartsWith('@'));
}
