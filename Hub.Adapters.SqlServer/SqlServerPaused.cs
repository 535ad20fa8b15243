using System.Globalization;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.SqlServer;

/// <summary>Ends sessions of writers that stand idle in a transaction: a node that was stopped or cut off in the middle of a group holds up
/// all others. Their commit then fails.</summary>
internal sealed class SqlServerPaused(ILogger log)
{
    /// <summary>Gives the sessions of this database's writers that have waited for their node for longer than two seconds.</summary>
    internal const string FindSql = """
        SELECT s.session_id FROM sys.dm_exec_sessions s
        WHERE s.is_user_process = 1 AND s.database_id = DB_ID() AND s.program_name = N'hub writer' AND s.status = N'sleeping' AND s.open_transaction_count > 0
            AND s.session_id <> @@SPID AND s.last_request_end_time < DATEADD(second, -2, GETDATE());
        """;

    private bool _may = true;

    internal async Task EndAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        if (!_may) return;
        try
        {
            var sessions = new List<short>();
            await using (var find = new SqlCommand(FindSql, connection))
            {
                await using var rows = await find.ExecuteReaderAsync(cancellationToken);
                while (await rows.ReadAsync(cancellationToken)) sessions.Add(rows.GetInt16(0));
            }

            foreach (var session in sessions)
            {
                log.LogWarning("The writer in session {Session} has stood idle in a transaction for longer than 2 s; it is ended.", session);
                await using var kill = new SqlCommand(EndSql(session), connection);
                await kill.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (SqlException refused) when (refused.Number is 229 or 262 or 297 or 300 or 6102 or 6106)
        {
            // No right to look, or to end; 6106: it has ended by itself.
            if (refused.Number == 6106) return;
            _may = false;
            log.LogWarning(refused, "Writers that stand idle in a transaction cannot be ended: grant ALTER ANY CONNECTION and VIEW SERVER STATE to the hub's login.");
        }
    }

    internal static string EndSql(short session) => string.Create(CultureInfo.InvariantCulture, $"KILL {session};");
}
