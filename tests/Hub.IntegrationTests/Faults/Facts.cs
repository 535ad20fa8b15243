using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text;

namespace Hub.IntegrationTests.Faults;

/// <summary>What a hub's database holds of the <see cref="Traffic"/>, read past the hub.</summary>
internal abstract class Facts
{
    /// <summary>Deliveries of the traffic's documents that are under way, or ended as none of them may.</summary>
    protected abstract string Unfinished { get; }

    /// <summary>Key of the request, and how many answers the archive sent to it.</summary>
    protected abstract string Answers { get; }

    internal async Task<long> UnfinishedAsync()
    {
        await foreach (var count in ReadAsync(Unfinished, static row => row.GetInt64(0), CancellationToken.None)) return count;
        throw new InvalidOperationException("A count has a row.");
    }

    internal IAsyncEnumerable<byte[]> HeadersAsync(CancellationToken stop) => ReadAsync("SELECT header FROM entry ORDER BY idx", static row => row.GetFieldValue<byte[]>(0), stop);

    internal IAsyncEnumerable<(string Key, long Count)> AnswersOfArchiveAsync(CancellationToken stop) =>
        ReadAsync(Answers, static row => (Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0)), row.GetInt64(1)), stop);

    internal IAsyncEnumerable<string> DocumentsOfArchiveAsync(CancellationToken stop) =>
        ReadAsync("SELECT value FROM app_state WHERE key LIKE 'documents/%'", static row => Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(0)), stop);

    /// <summary>Opens a connection of one's own.</summary>
    protected abstract Task<DbConnection> OpenAsync(CancellationToken stop);

    protected async IAsyncEnumerable<T> ReadAsync<T>(string sql, Func<DbDataReader, T> row, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync(stop);
        while (await rows.ReadAsync(stop)) yield return row(rows);
    }
}
