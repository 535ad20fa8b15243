namespace Hub.Host.Composition.Stores;

/// <summary>What a command line says about the store; what it does not say is as it was chosen before, or usual.</summary>
internal sealed record StoreRequest
{
    /// <summary><c>sqlite</c>, or <c>postgres:</c> or <c>sqlserver:</c> and a connection string without password.</summary>
    internal string? Store { get; init; }

    /// <summary>File with the same text, password included, that nobody else may read.</summary>
    internal string? File { get; init; }

    /// <summary><c>postgres:</c> or <c>sqlserver:</c> and what differs from the store's connection string, e.g. <c>Host=replica</c>: where searches are read.</summary>
    internal string? Replica { get; init; }

    /// <summary>Name of this node; null for the one that was chosen, or the host's.</summary>
    internal string? Node { get; init; }

    /// <summary>How long a start waits for a database that does not answer.</summary>
    internal TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(60);

    internal bool SaysNothing => Store is null && File is null && Replica is null && Node is null;
}
