namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>One step of the schema.</summary>
/// <param name="Version">The version it leads to.</param>
/// <param name="OldestProgram">The oldest program that may run on it, by the newest schema that this program knows.</param>
/// <param name="Text">What is executed, in one transaction.</param>
internal sealed record PostgreSqlMigration(int Version, int OldestProgram, string Text);
