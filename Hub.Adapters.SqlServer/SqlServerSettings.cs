namespace Hub.Adapters.SqlServer;

/// <summary>Where the database is.</summary>
public sealed record SqlServerSettings
{
    /// <summary>The client's connection string of the application user: <c>Server=…;Database=…;User Id=…;Password=…</c>. The connection is
    /// encrypted and the server's certificate checked unless it says otherwise.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Connection string of a readable secondary for searches; null: the primary answers them.</summary>
    public string? Replica { get; init; }
}
