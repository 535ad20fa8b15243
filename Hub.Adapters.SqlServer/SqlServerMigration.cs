namespace Hub.Adapters.SqlServer;

/// <summary>One step of the schema.</summary>
/// <param name="Version">The version it leads to.</param>
/// <param name="OldestProgram">The oldest program that may run on it, by the newest schema that this program knows.</param>
/// <param name="Batches">What is executed, one after another, in one transaction: a procedure stands in a batch of its own.</param>
internal sealed record SqlServerMigration(int Version, int OldestProgram, IReadOnlyList<string> Batches);
