namespace Hub.Core.Registry.Bulk;

/// <summary>The CSV file that people fill in to onboard many systems: a header and one row as an example, with made-up codes that no
/// registry knows.</summary>
public static class BulkTemplate
{
    /// <summary>Writes it, for spreadsheets.</summary>
    /// <param name="output">Where to; not disposed.</param>
    /// <param name="vietnamese">Headers in Vietnamese, and semicolons between cells; else English and commas.</param>
    public static void Write(TextWriter output, bool vietnamese)
    {
        var csv = new CsvWriter(output, vietnamese ? ';' : ',') { ForSpreadsheets = true };
        csv.Write(BulkColumns.Headers(vietnamese));
        csv.Write(
            "Z97.40", "qlvb", vietnamese ? "Quản lý văn bản của xã Mẫu" : "Document management of the commune", "push", "https://qlvb.xa-mau.example/hub",
            "vn.document.v1 vn.report.v1", "k1", "signature", null, "keys/Z97.40-qlvb.pem", null, "vn.document.v1 > Z97 | vn.report.v1 < under:Z97");
    }
}
