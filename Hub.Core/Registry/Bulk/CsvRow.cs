namespace Hub.Core.Registry.Bulk;

/// <summary>A row of a CSV file.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Cells">Its cells as texts.</param>
internal sealed record CsvRow(long Line, IReadOnlyList<string> Cells)
{
    /// <summary>Whether nothing stands in it.</summary>
    internal bool IsEmpty => Cells.All(c => c.Length == 0);
}
