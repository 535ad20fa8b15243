using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Files;

/// <summary>Notes beside complete uploads that no message names yet: <c>(digest).unnamed</c> with owner and size, changed when the
/// upload became complete.</summary>
/// <remarks>Failure policy: the note is durable before the upload is complete, and is taken away after a message names it. A
/// note too many is put right by the sweep, which asks the store; a lost one only means that its upload never expires.</remarks>
internal static class UnnamedUploads
{
    private const string Suffix = ".unnamed";

    internal static void Write(UploadPlace place, SystemAddress owner, long size, DateTimeOffset now)
    {
        var path = PathOf(place);
        DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{owner}\n{size}\n")), DurableFile.OwnerOnlyFile, overwrite: true);
        File.SetLastWriteTimeUtc(path, now.UtcDateTime);
    }

    internal static void Delete(UploadPlace place)
    {
        if (Directory.Exists(place.Folder)) File.Delete(PathOf(place));
    }

    /// <summary>How many there are in an owner's folder and their bytes.</summary>
    internal static (int Files, long Bytes) Count(string folder)
    {
        var (files, bytes) = (0, 0L);
        foreach (var note in Directory.EnumerateFiles(folder, "*" + Suffix))
        {
            if (Read(note) is not { } read) continue;
            files++;
            bytes += read.Size;
        }

        return (files, bytes);
    }

    /// <summary>Those whose note is older than an instant.</summary>
    internal static IEnumerable<UploadName> List(string uploads, DateTimeOffset before)
    {
        if (!Directory.Exists(uploads)) yield break;
        foreach (var note in Directory.EnumerateFiles(uploads, "*" + Suffix, SearchOption.AllDirectories))
        {
            var sha256 = Path.GetFileNameWithoutExtension(note);
            if (EnvelopeRules.IsSha256(sha256) && File.GetLastWriteTimeUtc(note) < before.UtcDateTime && Read(note) is { } read)
                yield return new UploadName(read.Owner, sha256);
        }
    }

    private static string PathOf(UploadPlace place) => place.Complete + Suffix;

    // Null when it was taken away meanwhile, or is not whole.
    private static (SystemAddress Owner, long Size)? Read(string note)
    {
        try
        {
            return File.ReadAllText(note).Split('\n') is [var owner, var size, ..]
                && SystemAddress.TryParse(owner, out var address) && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? (address, bytes)
                : null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
