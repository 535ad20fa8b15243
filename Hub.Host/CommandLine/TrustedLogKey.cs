using Hub.Contracts.Trail;

namespace Hub.Host.CommandLine;

/// <summary>Reads a log key given as a file or as its text (vkey).</summary>
internal static class TrustedLogKey
{
    /// <exception cref="FormatException">Neither a file with a vkey nor a vkey.</exception>
    internal static NoteVerifier Read(string fileOrKey) =>
        NoteVerifier.Parse((File.Exists(fileOrKey) ? File.ReadAllText(fileOrKey) : fileOrKey).Trim());
}
