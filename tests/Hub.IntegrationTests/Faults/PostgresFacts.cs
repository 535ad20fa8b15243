using System.Data.Common;
using Hub.IntegrationTests.Postgres;
using Npgsql;

namespace Hub.IntegrationTests.Faults;

/// <summary>Of a PostgreSQL.</summary>
internal sealed class PostgresFacts(PostgresDatabase database) : Facts
{
    protected override string Unfinished =>
        "SELECT count(*) FROM delivery WHERE recipient IN ('Z97.01/sink', 'Z97.02/mailbox', 'Z97.03/archive') AND (state IN (0, 1) OR (recipient <> 'Z97.02/mailbox' AND state NOT IN (2, 3)))";

    protected override string Answers => "SELECT in_reply_to, count(*) FROM message WHERE sender = 'Z97.03/archive' GROUP BY 1";

    protected override async Task<DbConnection> OpenAsync(CancellationToken stop)
    {
        var connection = new NpgsqlConnection(database.Super);
        await connection.OpenAsync(stop);
        return connection;
    }
}
