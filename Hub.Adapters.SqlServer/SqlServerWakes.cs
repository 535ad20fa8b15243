using System.Data.Common;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Core.Storage;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.SqlServer;

/// <summary>Wake-ups between nodes: one row a group in <c>hub.wake</c>, which every node looks at four times a second.</summary>
/// <remarks>They are hints. A connection that broke may have missed some: once there is another, everybody is told to look at everything.
/// The same look ends writers that stand idle in a transaction, and takes away rows that everybody has seen.</remarks>
internal sealed class SqlServerWakes : IAsyncDisposable
{
    /// <summary>Gives the newest number.</summary>
    internal const string NewestSql = "SELECT COALESCE(MAX(num), 0) FROM hub.wake;";

    /// <summary>Parameter: the last number seen. It waits for rows that are not committed yet: a smaller number may be committed later.</summary>
    internal const string NextSql = "SELECT w.num, w.payload FROM hub.wake w WITH (READCOMMITTEDLOCK) WHERE w.num > @after ORDER BY w.num;";

    /// <summary>Takes away what is a minute old.</summary>
    internal const string ForgetSql = "DELETE TOP (1000) FROM hub.wake WITH (READPAST, ROWLOCK) WHERE time < DATEADD(second, -60, SYSDATETIMEOFFSET());";

    private const int LooksBetweenChores = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _connectionString;
    private readonly Func<int?> _node;
    private readonly Action<StoreWake> _heard;
    private readonly ILogger _log;
    private readonly SqlServerPaused _paused;
    private Task _loop = Task.CompletedTask;
    private bool _broken;

    private SqlServerWakes(string connectionString, Func<int?> node, Action<StoreWake> heard, ILogger log) =>
        (_connectionString, _node, _heard, _log, _paused) = (connectionString, node, heard, log, new SqlServerPaused(log));

    internal static SqlServerWakes Start(string connectionString, Func<int?> node, Action<StoreWake> heard, ILogger log)
    {
        var wakes = new SqlServerWakes(connectionString, node, heard, log);
        wakes._loop = Task.Run(wakes.RunAsync);
        return wakes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is DbException or TimeoutException or InvalidOperationException or IOException)
            {
                if (!_broken) _log.LogWarning(failed, "Wake-ups of other nodes cannot be heard; it is tried again, and work is looked for meanwhile.");
                _broken = true;
                await Task.Delay(Pause * LooksBetweenChores, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LookAsync()
    {
        await using var connection = await SqlServerConnections.OpenAsync(_connectionString, _stop.Token);
        await using var newest = new SqlCommand(NewestSql, connection);
        var after = (long)(await newest.ExecuteScalarAsync(_stop.Token))!;
        if (_broken) _heard(new StoreWake([], [], null, Missed: true));
        _broken = false;
        for (var looks = 1; ; looks++)
        {
            await Task.Delay(Pause, _stop.Token);
            after = await HearAsync(connection, after);
            if (looks % LooksBetweenChores != 0) continue;
            await _paused.EndAsync(connection, _stop.Token);
            await using var forget = new SqlCommand(ForgetSql, connection);
            await forget.ExecuteNonQueryAsync(_stop.Token);
        }
    }

    private async Task<long> HearAsync(SqlConnection connection, long after)
    {
        await using var next = new SqlCommand(NextSql, connection) { Parameters = { SqlServerRows.Value("after", after) } };
        await using var rows = await next.ExecuteReaderAsync(_stop.Token);
        while (await rows.ReadAsync(_stop.Token))
        {
            after = rows.GetInt64(0);
            if (PostgreSqlWakes.Read(rows.GetString(1), _node()) is { } wake) _heard(wake);
        }

        return after;
    }
}
