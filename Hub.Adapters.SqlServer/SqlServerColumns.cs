namespace Hub.Adapters.SqlServer;

/// <summary>The columns of <see cref="Stores.Relational.Rows"/>, in their order; a word that Transact-SQL keeps to itself stands in brackets.</summary>
internal static class SqlServerColumns
{
    internal static string Message { get; } = Bracketed(Stores.Relational.Rows.MessageColumns);

    internal static string Delivery { get; } = Bracketed(Stores.Relational.Rows.DeliveryColumns);

    internal static string Entry { get; } = Bracketed(Stores.Relational.Rows.EntryColumns);

    /// <summary>The columns without their alias.</summary>
    internal static string Bare(string columns) => Of(null, columns);

    /// <summary>The columns with another alias.</summary>
    internal static string Of(string? alias, string columns) =>
        string.Join(", ", columns.Split(", ").Select(column => (alias is null ? "" : alias + ".") + column[(column.IndexOf('.', StringComparison.Ordinal) + 1)..]));

    /// <summary>The only one that is a column here; <c>checkpoint</c> and <c>schema</c> are tables.</summary>
    private static string Bracketed(string columns) => columns.Replace(".key,", ".[key],", StringComparison.Ordinal);
}
