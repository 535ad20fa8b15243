using System.Globalization;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Trail;
using Hub.Host.Api;

namespace Hub.Host.CommandLine;

/// <summary>Reads a hub's log, wherever it is. Trusts nothing of what it reads.</summary>
/// <param name="get">Gets the octets at a path of the hub.</param>
/// <param name="seesEntries">Whether entry headers can be read too (operators), or hash tiles only (everybody).</param>
internal sealed class LogReader(Func<string, Task<byte[]>> get, bool seesEntries)
{
    internal bool SeesEntries { get; } = seesEntries;

    internal async Task<string> CheckpointAsync() => Encoding.UTF8.GetString(await get("/log/checkpoint"));

    internal async Task<string> KeyAsync() => Encoding.UTF8.GetString(await get("/log/key")).Trim();

    /// <summary>The epochs of the log that have ended, by the hub's word; <see cref="EpochOpeningCheck"/> holds it against the log.</summary>
    internal async Task<IReadOnlyList<EpochView>> EndedEpochsAsync()
    {
        var view = JsonSerializer.Deserialize<EpochsView>(await get("/log/epochs"), HubJson.Options);
        return [.. (view?.Epochs ?? []).Where(static epoch => epoch.Ended is not null)];
    }

    /// <summary>The hashes of a tile.</summary>
    /// <exception cref="FormatException">The hub answered with another length.</exception>
    internal async Task<byte[]> TileAsync(int level, long index, int width)
    {
        var octets = await get($"/log/tile/{level.ToString(CultureInfo.InvariantCulture)}/{TileName.Write(index, width)}");
        return octets.Length == width * MerkleTree.HashLength
            ? octets
            : throw new FormatException($"Tile {level}/{index} has {octets.Length} bytes instead of {width * MerkleTree.HashLength}.");
    }

    /// <summary>Headers of entries, and whether what the hub keeps of them is what they commit to.</summary>
    internal async Task<IReadOnlyList<(byte[] Header, string Commitment)>> EntriesAsync(long first, int count)
    {
        using var page = JsonDocument.Parse(await get($"/api/v1/operator/entries?first={first.ToString(CultureInfo.InvariantCulture)}&count={count.ToString(CultureInfo.InvariantCulture)}"));
        return [.. Output.Items(page.RootElement).Select(static entry => (Encoding.UTF8.GetBytes(Output.Text(entry, "header")), Output.Text(entry, "commitment")))];
    }
}
