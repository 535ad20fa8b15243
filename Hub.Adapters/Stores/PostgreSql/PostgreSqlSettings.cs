namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Where the database is.</summary>
public sealed record PostgreSqlSettings
{
    /// <summary>Npgsql's connection string of the application role: <c>Host=…;Database=…;Username=…</c>. Several hosts with <c>Target
    /// Session Attributes=primary</c> follow a failover. Unless it says otherwise, a host that is not this machine is reached with
    /// <c>SSL Mode=VerifyFull</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Connection string of a replica for searches; null: the primary answers them.</summary>
    public string? Replica { get; init; }
}
