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
    internal const string Name = "hub.json";

    /// <summary>Reads the identity, or makes it out of the folder's log when <c>hub.json</c> was lost. Writes nothing.</summary>
    /// <returns>Null on a folder that is no hub's yet.</returns>
    internal static HubIdentity? Find(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, Name);
        return IsThere(path) ? Read(path) : LostIdentity.Find(dataDirectory);
    }

    /// <summary>The identity that a start with this address would have. Writes nothing.</summary>
    internal static HubIdentity Choose(string dataDirectory, SystemAddress? address)
    {
        if (Find(dataDirectory) is not { } stored)
        {
            return address is { } chosen
                ? new HubIdentity(chosen, $"{chosen}/log/1")
                : throw ProblemCode.InvalidRequest.With(
                    $"'{dataDirectory}' is no hub's folder yet, and nothing says which address the new hub has. It keeps the address for ever: give --address agency/system, e.g. H06.09/lgsp, or run 'hub import registry.yaml' first, which takes it from 'hub:'.");
        }

        return address is null || address == stored.Address
            ? stored
            : throw ProblemCode.InvalidRequest.With(
                $"The data folder belongs to the hub '{stored.Address}', not to '{address}': a hub keeps its address, which its log and receipts name. Start it without an address or on another folder.");
    }

    internal static HubIdentity OpenOrCreate(string dataDirectory, SystemAddress? address)
    {
        var chosen = Choose(dataDirectory, address);
        DurableFile.CreateFolder(dataDirectory);
        chosen.Write(dataDirectory, overwrite: false);
        return chosen;
    }

    /// <summary>Gives the hub of a restored folder the origin of its new epoch.</summary>
    /// <exception cref="InvalidDataException">The folder has no identity.</exception>
    internal static void Replace(string dataDirectory, string origin) =>
        ((Find(dataDirectory) ?? throw new InvalidDataException($"'{dataDirectory}' has no {Name}.")) with { Origin = origin }).Write(dataDirectory, overwrite: true);

    private void Write(string dataDirectory, bool overwrite)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["address"] = Address.ToString(),
            ["origin"] = Origin,
        });
        DurableFile.Write(Path.Combine(dataDirectory, Name), content, DurableFile.PublicFile, overwrite);
    }

    /// <summary>Like <see cref="File.Exists"/>, which says no to whoever may not look.</summary>
    private static bool IsThere(string path)
    {
        try
        {
            return (File.GetAttributes(path) & FileAttributes.Directory) == 0;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException closed)
        {
            throw new UnauthorizedAccessException($"Permission denied on '{Path.GetDirectoryName(path)}': run as the hub's owner (không có quyền: hãy chạy bằng tài khoản của trục).", closed);
        }
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
