using System.Globalization;
using System.Text;
using Hub.Core.Registry;

namespace Hub.Host.Demo.Documents;

/// <summary>Writes a PDF of one A4 page of text with a built-in font.</summary>
internal static class SmallPdf
{
    private const int LettersPerLine = 86;

    public static byte[] Of(OfficialDocument document)
    {
        List<string> lines =
        [
            document.Issuer.Name.ToUpperInvariant(),
            $"So: {document.Code}",
            "",
            $"{document.Issuer.Place}, {document.Date.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture)}",
            "",
            document.Kind.Name.ToUpperInvariant(),
            .. Wrapped(document.Subject),
            "",
            .. document.Recipients.Take(20).Select(static to => $"Kinh gui: {to.Name}"),
            "",
            .. Wrapped(document.Content),
            "",
            document.Issuer.Competence,
            document.Issuer.Position,
            "(da ky so)",
            "",
            "Van ban minh hoa, khong co gia tri phap ly.",
        ];
        return Write([.. lines.Select(PlainLetters.Of)]);
    }

    private static byte[] Write(IReadOnlyList<string> lines)
    {
        var page = new StringBuilder("BT /F1 11 Tf 56 790 Td 15 TL\n");
        foreach (var line in lines) page.Append('(').Append(Escaped(line)).Append(") Tj T*\n");
        page.Append("ET\n");
        string[] objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
            string.Create(CultureInfo.InvariantCulture, $"<< /Length {page.Length} >>\nstream\n{page}endstream"),
        ];
        var file = new StringBuilder("%PDF-1.4\n");
        var table = new StringBuilder("0000000000 65535 f \n");
        for (var number = 0; number < objects.Length; number++)
        {
            table.Append(CultureInfo.InvariantCulture, $"{file.Length:D10} 00000 n \n");
            file.Append(CultureInfo.InvariantCulture, $"{number + 1} 0 obj\n{objects[number]}\nendobj\n");
        }

        var start = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n{table}trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(file.ToString());
    }

    private static string Escaped(string line) =>
        line.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal);

    private static IEnumerable<string> Wrapped(string text)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + word.Length >= LettersPerLine)
            {
                yield return line.ToString();
                line.Clear();
            }

            if (line.Length > 0) line.Append(' ');
            line.Append(word);
        }

        yield return line.ToString();
    }
}
