using System.Text.Json;
using Hub.Adapters.Stores.Files;

namespace Hub.Adapters.Backup;

/// <summary>Marks a data folder whose restoration is under way: <c>restoring.json</c>. No program serves such a folder; running the same
/// restoration again ends it.</summary>
/// <param name="Stage">How far it is.</param>
/// <param name="Aside">Folder within the data folder to which the hub that was here is put; null when there was none.</param>
public sealed record RestoreMark(RestoreStage Stage, string? Aside)
{
    internal const string Name = "restoring.json";

    /// <summary>Why a folder cannot be served, as a sentence; null when nothing is restored there.</summary>
    public static string? Find(string folder) => Read(folder) is null ? null
        : $"'{folder}' is half restored. Run the same 'hub restore' again: it begins anew and loses nothing (thư mục đang khôi phục dở: hãy chạy lại lệnh khôi phục).";

    internal static RestoreMark? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<RestoreMark>(File.ReadAllBytes(path));
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"'{path}' is damaged ({damaged.Message}). Restore into another folder.", damaged);
        }
    }

    internal void Write(string folder) => OwnerFile.Write(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this));

    internal static void Remove(string folder)
    {
        File.Delete(Path.Combine(folder, Name));
        DurableFile.SyncFolder(folder);
    }
}

/// <summary>How far a restoration is.</summary>
public enum RestoreStage
{
    /// <summary>What was in the folder is being put aside.</summary>
    PuttingAside,

    /// <summary>Files are written; whatever is there but what was put aside is of no worth.</summary>
    Writing,
}
