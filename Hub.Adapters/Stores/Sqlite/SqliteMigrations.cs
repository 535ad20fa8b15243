using Microsoft.Data.Sqlite;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Numbered steps that bring <c>hub.db</c> to the schema this program knows; the number reached stands in
/// <c>user_version</c>. Each step commits by itself, so an interrupted migration goes on at the next start.</summary>
internal static class SqliteMigrations
{
    private static readonly string[] Steps = [SqliteSchema.Version1, SqliteSchema.Version2, SqliteSchema.Version3, SqliteSchema.Version4, SqliteSchema.Version5, SqliteSchema.Version6, SqliteSchema.Version7, SqliteSchema.Version8, SqliteSchema.Version9, SqliteSchema.Version10];

    internal static int Newest => Steps.Length;

    /// <exception cref="InvalidDataException">The database was written by a newer program.</exception>
    internal static void Run(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SqliteSql.ReadVersion;
        var version = (int)(long)command.ExecuteScalar()!;
        if (version > Steps.Length)
            throw new InvalidDataException($"'{connection.DataSource}' has schema {version}, this program knows up to {Steps.Length}. Start the newer program that wrote it, or restore the backup made before its upgrade.");
        for (; version < Steps.Length; version++)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            command.Transaction = transaction;
            command.CommandText = Steps[version];
            command.ExecuteNonQuery();
            command.CommandText = SqliteSql.WriteVersion(version + 1);
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }
}
