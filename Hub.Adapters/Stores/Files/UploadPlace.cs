using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Uploads;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Files;

/// <summary>Where an owner's upload lies: <c>uploads/(owner's hash)/(digest)</c>, while unfinished with <c>.part</c>. The owner is
/// part of the path, so nobody meets another's file, and the name is checked hexadecimal, so no path leaves the folder.</summary>
/// <param name="Folder">The owner's folder.</param>
/// <param name="Sha256">The digest.</param>
/// <param name="Name">What the file's key is bound to.</param>
internal sealed record UploadPlace(string Folder, string Sha256, string Name)
{
    internal const string PartSuffix = ".part";

    internal string Complete => Path.Combine(Folder, Sha256);

    internal string Part => Complete + PartSuffix;

    /// <exception cref="ProblemException"><c>invalid-request</c>: the digest has not its form.</exception>
    internal static UploadPlace Of(string uploads, SystemAddress owner, string sha256)
    {
        UploadRules.CheckDigest(sha256);
        var folder = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner.ToString())))[..16];
        return new UploadPlace(Path.Combine(uploads, folder), sha256, $"{owner}\n{sha256}");
    }
}
