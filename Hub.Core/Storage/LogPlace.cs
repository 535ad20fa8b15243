using System.Collections.ObjectModel;

namespace Hub.Core.Storage;

/// <summary>Where the log stands.</summary>
/// <param name="Size">Entries in it.</param>
/// <param name="Note">The signed checkpoint of that size; null for a log without entries.</param>
/// <param name="Time">Time of the last entry, before which none is written.</param>
public sealed record LogPlace(long Size, string? Note, DateTimeOffset Time)
{
    /// <summary>Tiles at the edge of a log of that size, as <see cref="IHubStore.ReadTilesAsync"/> gives them, when the store brought them
    /// along; what is missing is read.</summary>
    public IReadOnlyDictionary<(int Level, long Index), ReadOnlyMemory<byte>> Edge { get; init; } = ReadOnlyDictionary<(int Level, long Index), ReadOnlyMemory<byte>>.Empty;
}
