using System.Data.Common;
using System.Globalization;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>The connections of a node: one that writes, one pool for each kind of read, one that looks for wake-ups. Every session
/// bounds what it waits for.</summary>
internal static class SqlServerConnections
{
    /// <summary>What a writer's session is called; <see cref="SqlServerPaused"/> finds it by that.</summary>
    internal const string Writer = "hub writer";

    // A failed statement ends its whole transaction, as everywhere else; who waits for a lock waits longer than a paused writer lives.
    private const string WriterSession = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 4000; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET NOCOUNT OFF;";

    /// <summary>The writer's own connection.</summary>
    internal static async Task<DbConnection> OpenWriterAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(Text(connectionString, Writer, most: null, seconds: 8), cancellationToken);
        try
        {
            await using var session = new SqlCommand(WriterSession, connection);
            await session.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a connection; disposing one of a pool gives it back.</summary>
    internal static async Task<SqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        RequireGlobalization();
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of one kind of session.</summary>
    /// <param name="connectionString">The store's.</param>
    /// <param name="name">What the server's views show.</param>
    /// <param name="most">Connections in its pool; null: none is kept.</param>
    /// <param name="seconds">How long a statement may take.</param>
    internal static string Text(string connectionString, string name, int? most, int seconds)
    {
        var given = new SqlConnectionStringBuilder(connectionString);
        var text = new SqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            CommandTimeout = seconds,
            Pooling = most is not null,
            MultipleActiveResultSets = false,
            Enlist = false,
        };
        if (most is { } connections) text.MaxPoolSize = connections;
        if (!given.ShouldSerialize("Connect Timeout")) text.ConnectTimeout = 3;

        // The store opens another connection by itself, and says meanwhile that it is unavailable.
        text.ConnectRetryCount = 0;
        return text.ConnectionString;
    }

    // The client would say the same, in words that name its switch.
    private static void RequireGlobalization()
    {
        if (CultureInfo.GetCultures(CultureTypes.NeutralCultures).Length <= 1)
            throw new InvalidDataException("The client of SQL Server needs ICU, which this process has not: install libicu (apt-get install libicu72, dnf install libicu), and start again.");
    }
}
