namespace Hub.Core.Registry.Bulk;

/// <summary>What a CSV file may have at most; applied while it is read, so that memory stays bounded whatever arrives.</summary>
/// <param name="Rows">Rows without the header (20,000).</param>
/// <param name="Columns">Cells of a row (64).</param>
/// <param name="Cell">Characters of a cell (32,768).</param>
/// <param name="Row">Characters of a row (131,072).</param>
/// <param name="Total">Characters of the file (32 Mi).</param>
internal sealed record CsvLimits(int Rows = 20_000, int Columns = 64, int Cell = 32 * 1024, int Row = 128 * 1024, long Total = 32L * 1024 * 1024);
