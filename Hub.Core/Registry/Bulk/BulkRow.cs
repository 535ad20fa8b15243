namespace Hub.Core.Registry.Bulk;

/// <summary>One row of a bulk file: a system, or one more key or service of a system that an earlier row describes.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Cells">What it says, by column; empty cells are left out.</param>
internal sealed record BulkRow(long Line, IReadOnlyDictionary<BulkColumn, string> Cells)
{
    internal string? this[BulkColumn column] => Cells.GetValueOrDefault(column);
}
