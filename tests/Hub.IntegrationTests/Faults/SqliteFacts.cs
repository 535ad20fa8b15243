using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Hub.IntegrationTests.Faults;

/// <summary>Of a data folder, read from another process than the hub's.</summary>
internal sealed class SqliteFacts(string data) : Facts
{
    protected override string Unfinished => """
        SELECT count(*) FROM delivery d JOIN name n ON n.id = d.recipient
        WHERE n.text IN ('Z97.01/sink', 'Z97.02/mailbox', 'Z97.03/archive') AND (d.state IN (0, 1) OR (n.text <> 'Z97.02/mailbox' AND d.state NOT IN (2, 3)))
        """;

    protected override string Answers => "SELECT m.in_reply_to, count(*) FROM message m JOIN name n ON n.id = m.sender WHERE n.text = 'Z97.03/archive' GROUP BY 1";

    /// <summary>Message keys whose delivery to a system has ended.</summary>
    internal async Task<HashSet<string>> EndedAsync(string recipient)
    {
        HashSet<string> ended = new(StringComparer.Ordinal);
        var sql = $"SELECT m.key FROM delivery d JOIN message m ON m.num = d.message JOIN name n ON n.id = d.recipient WHERE n.text = '{recipient}' AND d.state NOT IN (0, 1)";
        await foreach (var key in ReadAsync(sql, static row => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0)), CancellationToken.None)) ended.Add(key);
        return ended;
    }

    protected override async Task<DbConnection> OpenAsync(CancellationToken stop)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "hub.db"), Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        await connection.OpenAsync(stop);
        return connection;
    }
}
