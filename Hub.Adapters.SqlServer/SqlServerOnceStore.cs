using Hub.Adapters.Stores.Relational;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>Names that work once, in the table <c>hub.assertion_use</c>. Thread-safe.</summary>
/// <remarks>Failure policy: whoever cannot ask the database does not know, and refuses. Names whose time is over are deleted by whoever uses
/// one, a few at a time.</remarks>
public sealed class SqlServerOnceStore : IOnceStore
{
    internal const string UseSql = "INSERT INTO hub.assertion_use (name, until) VALUES (@name, @until);";
    internal const string SweepSql = "DELETE TOP (20) FROM hub.assertion_use WITH (READPAST, ROWLOCK) WHERE until < DATEADD(minute, -1, SYSDATETIMEOFFSET());";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private readonly string _connectionString;

    /// <summary>Names kept in a database whose schema is there.</summary>
    /// <param name="settings">Where the database is.</param>
    public SqlServerOnceStore(SqlServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _connectionString = SqlServerConnections.Text(settings.ConnectionString, "hub once", most: 4, seconds: 5);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryUseAsync(string name, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await SqlServerConnections.OpenAsync(_connectionString, cancellationToken);
            await using (var use = new SqlCommand(UseSql, connection) { Parameters = { SqlServerRows.Value("name", name), SqlServerRows.Value("until", until) } })
                await use.ExecuteNonQueryAsync(cancellationToken);
            await using var sweep = new SqlCommand(SweepSql, connection);
            await sweep.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (SqlException used) when (used.Number is 2601 or 2627)
        {
            return false;
        }
        catch (Exception failed) when (RelationalHubStore.IsFailure(failed))
        {
            throw new ProblemException(
                new Problem(ProblemCode.Unavailable, $"The database cannot say whether this was used before ({failed.Message}). Retry in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter }, failed);
        }
    }
}
