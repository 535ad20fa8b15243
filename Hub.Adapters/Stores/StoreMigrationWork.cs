namespace Hub.Adapters.Stores;

/// <summary>What a migration is to do.</summary>
/// <param name="Application">The role that nodes log in with, which gets its rights; null when it is the owner itself.</param>
/// <param name="Owner">The role that is to own the tables; null: the one that logs in.</param>
/// <param name="To">The version to stop at; null: the newest. A database that is further on stays there.</param>
public sealed record StoreMigrationWork(string? Application = null, string? Owner = null, int? To = null);
