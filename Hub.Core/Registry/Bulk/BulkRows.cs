using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Bulk;

/// <summary>Reads the rows of a bulk file, from CSV or YAML.</summary>
internal static class BulkRows
{
    private static readonly BulkColumn[] Demanded = [BulkColumn.Agency, BulkColumn.System, BulkColumn.Name];

    internal static IEnumerable<BulkRow> OfCsv(Stream file, Mistakes mistakes)
    {
        using var reader = new CsvReader(file, mistakes);
        BulkColumn?[]? header = null;
        foreach (var row in reader.Rows())
        {
            if (header is null)
            {
                header = ReadHeader(row, mistakes);
                continue;
            }

            if (row.Cells.Count > header.Length) mistakes.Add(row.Line, "row", $"has {row.Cells.Count} cells, the header has {header.Length}. Is a separator within a cell that is not quoted?");
            else yield return new BulkRow(row.Line, Cells(header, row));
        }

        if (header is null && !mistakes.Any) mistakes.Add(1, "file", "is empty. Begin with the header; 'hub onboard template' writes one.");
    }

    internal static IEnumerable<BulkRow> OfYaml(string text, Mistakes mistakes)
    {
        if (YamlReader.Read(text, mistakes) is not { } root) yield break;
        var document = new ObjectReader(root, "", mistakes);
        foreach (var o in document.Objects(RegistrySections.Systems))
        {
            var cells = new Dictionary<BulkColumn, string>();
            foreach (var column in Enum.GetValues<BulkColumn>())
            {
                var member = BulkColumns.NameOf(column);
                var text2 = column is BulkColumn.Receives or BulkColumn.Services ? string.Join('|', o.Texts(member, 300))
                    : o.Text(member, maxLength: 32 * 1024, multiLine: column is BulkColumn.Key) ?? "";
                if (text2.Length > 0) cells[column] = text2;
            }

            o.Close();
            yield return new BulkRow(o.Place.Line, cells);
        }

        document.Close();
    }

    private static BulkColumn?[] ReadHeader(CsvRow row, Mistakes mistakes)
    {
        var header = row.Cells.Select(BulkColumns.Find).ToArray();
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] is null && row.Cells[i].Length > 0)
                mistakes.Add(row.Line, "header", $"'{row.Cells[i]}' is no column. Known: {string.Join(", ", BulkColumns.Headers(vietnamese: false))}; in Vietnamese: {string.Join(", ", BulkColumns.Headers(vietnamese: true))}.");
            else if (header[i] is not null && Array.IndexOf(header, header[i]) < i)
                mistakes.Add(row.Line, "header", $"'{row.Cells[i]}' stands twice.");
        }

        foreach (var missing in Demanded.Where(d => !header.Contains(d)))
            mistakes.Add(row.Line, "header", $"The column '{BulkColumns.NameOf(missing)}' is missing.");
        return header;
    }

    private static Dictionary<BulkColumn, string> Cells(BulkColumn?[] header, CsvRow row)
    {
        var cells = new Dictionary<BulkColumn, string>();
        for (var i = 0; i < row.Cells.Count; i++)
            if (header[i] is { } column && row.Cells[i].Length > 0) cells[column] = row.Cells[i];
        return cells;
    }
}
