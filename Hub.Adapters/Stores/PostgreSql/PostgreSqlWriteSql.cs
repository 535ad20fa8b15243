using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The write transaction's texts in PostgreSQL.</summary>
internal static partial class PostgreSqlWriteSql
{
    internal static WriteSql Texts => throw new NotImplementedException();
}
