using System.Text.Json;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Keys;

/// <summary>Who this hub is: <c>hub.json</c> in its data folder, written once.</summary>
/// <param name="Address">The hub's own system address.</param>
/// <param name="Origin">The log's origin, <c>address/log/epoch</c>.</param>
internal sealed record HubIdentity(SystemAddress Address, string Origin)
{
    private const string Unnamed = "Z99/hub";

    internal static HubIdentity OpenOrCreate(string dataDirectory, SystemAddress? address)
    {
        var path = Path.Combine(dataDirectory, "hub.json");
        if (!File.Exists(path))
        {
            var chosen = address ?? SystemAddress.Parse(Unnamed);
            var content = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
            {
                ["address"] = chosen.ToString(),
                ["origin"] = $"{chosen}/log/1",
            });
            DurableFile.Write(path, content, DurableFile.PublicFile, overwrite: false);
        }

        var stored = Read(path);
        return address is null || address == stored.Address
            ? stored
            : throw ProblemCode.InvalidRequest.With(
                $"The data folder belongs to the hub '{stored.Address}', not to '{address}': a hub keeps its address, which its log and receipts name. Start it without an address or on another folder.");
    }

    private static HubIdentity Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new HubIdentity(
                SystemAddress.Parse(root.GetProperty("address").GetString()!),
                root.GetProperty("origin").GetString() ?? throw new FormatException("origin is null"));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            throw new InvalidDataException($"'{path}' is not the identity of a hub ({unreadable.Message}). Restore it from a backup of this folder.", unreadable);
        }
    }
}
