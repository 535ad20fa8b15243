using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;

namespace Hub.Adapters.Keys;

/// <summary>The identity of a hub that lost <c>hub.json</c>: its log names it, if the folder's log key signed that. Reads only.</summary>
internal static class LostIdentity
{
    /// <returns>Null when there is no log here: the folder is new.</returns>
    /// <exception cref="InvalidDataException">There is a log, but nothing here proves whose.</exception>
    internal static HubIdentity? Find(string folder)
    {
        var head = Path.Combine(folder, LogHeadFile.Name);
        var published = Path.Combine(folder, "public", "log.vkey");
        if (!File.Exists(head) && !File.Exists(published) && !File.Exists(Path.Combine(folder, "hub.db"))) return null;
        try
        {
            var key = KeyFile.OpenSigner(Path.Combine(folder, "keys", "log.pem"));
            var origin = File.Exists(head) ? OfHead(File.ReadAllText(head), key) : OfPublished(File.ReadAllText(published), key);
            var end = origin.IndexOf("/log/", StringComparison.Ordinal);
            return new HubIdentity(SystemAddress.Parse(end < 0 ? origin : origin[..end]), origin);
        }
        catch (Exception unproven) when (unproven is FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException(
                $"'{folder}' has a log but no {HubIdentity.Name}, and which hub's it is cannot be told from its key and log ({unproven.Message}) Restore {HubIdentity.Name} and keys/ from a backup of this folder.", unproven);
        }
    }

    private static string OfHead(string text, LocalSigner signer)
    {
        var note = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        var origin = Checkpoint.Parse(SignedNote.UnverifiedText(note)).Origin;
        var verifier = new NoteVerifier(origin, new VerificationKey(signer.KeyId, signer.ExportSubjectPublicKeyInfo()));
        return Checkpoint.Open(note, verifier) is null
            ? throw new FormatException($"{LogHeadFile.Name} names '{origin}', but keys/log.pem did not sign it.")
            : origin;
    }

    private static string OfPublished(string text, LocalSigner signer)
    {
        var verifier = NoteVerifier.Parse(text.Trim());
        return verifier.Key.SubjectPublicKeyInfo.Span.SequenceEqual(signer.ExportSubjectPublicKeyInfo())
            ? verifier.Name
            : throw new FormatException("public/log.vkey does not belong to keys/log.pem.");
    }
}
