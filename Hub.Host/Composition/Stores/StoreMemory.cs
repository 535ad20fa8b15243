using System.Text.Json;
using System.Text.Json.Serialization;
using Hub.Adapters.Stores.Files;

namespace Hub.Host.Composition.Stores;

/// <summary>What was chosen for a data folder: its <c>store.json</c>, which only its owner may read. A hub on SQLite has none.</summary>
/// <param name="Kind">Kind of the store.</param>
/// <param name="Database">The database, which a hub does not change by an option.</param>
/// <param name="Store">The text of <c>--store</c>; null when it stands in a file.</param>
/// <param name="File">The file of <c>--store-file</c>, absolute.</param>
/// <param name="Replica">The text of <c>--store-replica</c>.</param>
/// <param name="Node">The name of <c>--node</c>.</param>
internal sealed record StoreMemory(string Kind, string Database, string? Store, string? File, string? Replica, string? Node)
{
    internal const string Name = "store.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <exception cref="FormatException">The file is damaged.</exception>
    internal static StoreMemory? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!System.IO.File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<StoreMemory>(System.IO.File.ReadAllBytes(path), Json) is { Kind: not null, Database: not null } memory && (memory.Store is null != memory.File is null)
                ? memory
                : throw new JsonException("kind, database and one of store and file are needed");
        }
        catch (JsonException damaged)
        {
            throw new FormatException($"'{path}' does not say where this hub's store is ({damaged.Message}). Delete it, and give --store or --store-file again.", damaged);
        }
    }

    /// <summary>Writes it whole or not at all; nothing when it says that already.</summary>
    internal void Write(string folder)
    {
        var path = Path.Combine(folder, Name);
        var content = JsonSerializer.SerializeToUtf8Bytes(this, Json);
        if (System.IO.File.Exists(path) && System.IO.File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) return;
        OwnerFile.Write(path, content);
    }
}
