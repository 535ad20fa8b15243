using System.Text;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Bulk;

/// <summary>Reads a file that onboards many systems at once. Its shape is checked here, all mistakes together with their lines;
/// whether agencies, services and keys fit the registry is judged when the batches are applied or rehearsed.</summary>
public static class BulkFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">Read once, from where it stands; memory is bounded whatever comes.</param>
    /// <param name="format">Its form.</param>
    /// <param name="readFile">Gives the text of a key file as named in a row; null: key files cannot be named.</param>
    /// <param name="reason">Reason for the log; stands in every batch.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake and its line.</exception>
    public static BulkPlan Read(Stream file, BulkFormat format, Func<string, string>? readFile = null, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var mistakes = new Mistakes();
        var builder = new BulkBuilder(mistakes, readFile);
        var rows = format == BulkFormat.Csv ? BulkRows.OfCsv(file, mistakes) : BulkRows.OfYaml(Text(file, mistakes), mistakes);
        foreach (var row in rows) builder.Add(row);
        if (builder.IsEmpty && !mistakes.Any) mistakes.Add(1, "file", "names no system.");
        mistakes.ThrowIfAny();
        return builder.Build(reason);
    }

    private static string Text(Stream file, Mistakes mistakes)
    {
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        try
        {
            // One more than the limit is enough to be refused.
            int read;
            while (text.Length <= YamlReader.MaxLength && (read = reader.Read(buffer, 0, buffer.Length)) > 0) text.Append(buffer, 0, read);
        }
        catch (DecoderFallbackException)
        {
            mistakes.Add(1, "file", "is not UTF-8. Save it as UTF-8.");
            mistakes.ThrowIfAny();
        }

        return text.ToString();
    }
}
