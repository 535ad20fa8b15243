using System.Data;
using System.Data.Common;
using System.Globalization;
using Hub.Adapters.Stores.Copying;
using Microsoft.Data.SqlClient;

namespace Hub.Adapters.SqlServer;

/// <summary>Rows go into SQL Server by bulk copy.</summary>
internal sealed class SqlServerCopy : ICopyDialect
{
    private readonly SqlConnection _connection;

    private SqlServerCopy(SqlConnection connection) => _connection = connection;

    public CopySql Sql => SqlServerCopySql.Texts;

    public DbConnection Connection => _connection;

    public int Schema => SqlServerMigrations.Newest;

    internal static async Task<SqlServerCopy> OpenAsync(string connectionString, CancellationToken cancellationToken) =>
        new(await SqlServerConnections.OpenAsync(SqlServerConnections.Text(connectionString, "hub copy", most: null, seconds: 0), cancellationToken));

    public async Task<int> ReadSchemaAsync(CancellationToken cancellationToken) => (await SqlServerMigrations.ReadAsync(_connection, cancellationToken)).Version;

    // A batch is bounded, so it may lie in memory as a whole.
    public async Task ImportAsync(DbTransaction transaction, CopyTable table, CopyBatch rows, CancellationToken cancellationToken)
    {
        using var batch = Empty(table);
        while (rows.Next() is { } row) batch.Rows.Add(row);
        // Numbers of objects stay what they are, and what is null stays null.
        using var bulk = new SqlBulkCopy(_connection, SqlBulkCopyOptions.KeepIdentity | SqlBulkCopyOptions.KeepNulls | SqlBulkCopyOptions.CheckConstraints, (SqlTransaction)transaction)
        {
            DestinationTableName = $"hub.[{table.Name}]",
            BulkCopyTimeout = 0,
        };
        foreach (DataColumn column in batch.Columns) bulk.ColumnMappings.Add(column.ColumnName, column.ColumnName);
        await bulk.WriteToServerAsync(batch, cancellationToken);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    internal static DataTable Empty(CopyTable table)
    {
        var batch = new DataTable { Locale = CultureInfo.InvariantCulture };
        foreach (var (column, type) in table.Columns.Split(", ").Zip(table.Types)) batch.Columns.Add(column, TypeOf(type));
        return batch;
    }

    internal static Type TypeOf(char type) => type switch
    {
        'l' => typeof(long),
        'i' => typeof(int),
        's' => typeof(short),
        'b' => typeof(bool),
        'd' => typeof(DateTimeOffset),
        't' => typeof(string),
        'x' or 'o' => typeof(byte[]),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a letter of CopyTable.Types."),
    };
}
