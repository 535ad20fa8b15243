using System.Text.RegularExpressions;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;

namespace Hub.Adapters.Backup;

/// <summary>Which files of a data folder a backup may hold. A name from a file is checked before it becomes a path.</summary>
internal static partial class BackupNames
{
    internal const string Identity = "hub.json";
    internal const string Database = "hub.db";
    internal const string Erasures = "erasures.jsonl";
    internal const string LogKey = "public/log.vkey";

    /// <summary>The log's private key. No backup holds it: a restored hub signs with a new one.</summary>
    internal const string PrivateLogKey = "keys/log.pem";

    internal static bool IsKnown(string name) => name is Identity or Database or Erasures or BackupManifest.Name or BackupSignature.Name || (Pattern().IsMatch(name) && name != PrivateLogKey);

    internal static bool IsUpload(string name) => name.StartsWith("uploads/", StringComparison.Ordinal);

    /// <summary>The name of a finished upload.</summary>
    internal static string OfUpload(SystemAddress owner, string sha256) => $"uploads/{Path.GetFileName(UploadPlace.Of("", owner, sha256).Folder)}/{sha256}";

    internal static bool IsSegment(string name) => name.StartsWith("bodies/", StringComparison.Ordinal);

    [GeneratedRegex(@"\A(bodies/[0-9]{8}\.seg|uploads/[0-9a-f]{16}/[0-9a-f]{64}|public/[a-z0-9][a-z0-9.-]{0,40}|keys/[a-z]{1,20}\.(pem|key)|keys/apps/[A-Za-z0-9._-]{1,120}\.pem)\z")]
    private static partial Regex Pattern();
}
