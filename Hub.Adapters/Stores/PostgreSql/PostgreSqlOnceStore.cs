using Hub.Adapters.Stores.Relational;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Names that work once, in the table <c>assertion_use</c>. Thread-safe.</summary>
/// <remarks>Failure policy: whoever cannot ask the database does not know, and refuses. Names whose time is over are deleted now and
/// then by whoever uses one, a bounded number at a time; nodes do not wait for each other over them.</remarks>
public sealed class PostgreSqlOnceStore : IOnceStore, IAsyncDisposable
{
    private const string Use = "INSERT INTO assertion_use (name, until) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

    private const string Sweep = """
        DELETE FROM assertion_use WHERE name IN (
            SELECT name FROM assertion_use WHERE until < clock_timestamp() - interval '1 minute' ORDER BY until LIMIT 5000 FOR UPDATE SKIP LOCKED)
        """;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private readonly NpgsqlDataSource _connections;
    private readonly TimeProvider _clock;
    private long _swept;

    /// <summary>Names kept in a database whose schema is there.</summary>
    /// <param name="settings">Where the database is.</param>
    /// <param name="clock">When it is time to sweep.</param>
    public PostgreSqlOnceStore(PostgreSqlSettings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _connections = PostgreSqlConnections.Few(settings.ConnectionString, "once");
        _clock = clock;
        _swept = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryUseAsync(string name, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var use = _connections.CreateCommand(Use);
            use.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            use.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = until.ToUniversalTime() });
            var isNew = await use.ExecuteNonQueryAsync(cancellationToken) == 1;
            if (IsTimeToSweep()) await SweepAsync(cancellationToken);
            return isNew;
        }
        catch (Exception failed) when (RelationalHubStore.IsFailure(failed))
        {
            throw new ProblemException(
                new Problem(ProblemCode.Unavailable, $"The database cannot say whether this was used before ({failed.Message}). Retry in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter }, failed);
        }
    }

    /// <summary>Deletes what need not be remembered any more.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken = default)
    {
        await using var sweep = _connections.CreateCommand(Sweep);
        return await sweep.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private bool IsTimeToSweep()
    {
        var last = Interlocked.Read(ref _swept);
        return _clock.GetElapsedTime(last) > SweepInterval && Interlocked.CompareExchange(ref _swept, _clock.GetTimestamp(), last) == last;
    }
}
