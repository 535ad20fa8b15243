namespace Hub.Host.CommandLine;

/// <summary>Reads a file that is to be verified. One that is no evidence at all is a mistake of whoever named it, not a verdict.</summary>
internal static class EvidenceFile
{
    /// <exception cref="FormatException">The file cannot be read, or is no such evidence.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal static async Task<T> ReadAsync<T>(string path, string what, Func<string, T> parse, CancellationToken cancellationToken)
    {
        try
        {
            return parse(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (Exception wrong) when (wrong is FormatException or UnauthorizedAccessException)
        {
            throw new FormatException($"'{path}': this file is no {what}. {wrong.Message}", wrong);
        }
    }
}
