using System.Text;
using System.Text.Json;
using Hub.Contracts.Envelopes;

namespace Hub.Adapters.Stores.Files;

/// <summary>An erasure by law, as it is remembered for a restoration.</summary>
/// <param name="Key">The message.</param>
/// <param name="At">When, by the hub's clock.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">The law or decision.</param>
public sealed record ErasureLine(string Key, DateTimeOffset At, string By, string Reason);

/// <summary><c>erasures.jsonl</c> in a data folder: every erasure that was asked of this node, one line each. A backup from before an erasure
/// still holds what was erased; whoever restores it erases again by this list. Thread-safe.</summary>
/// <remarks>Failure policy: a line is durable before its erasure is committed, so none is missing; one whose commit failed is there too many,
/// and the operator had asked for it. A line that a crash cut short is left out.</remarks>
public sealed class ErasureFile
{
    /// <summary>Its name in the data folder.</summary>
    public const string Name = "erasures.jsonl";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
    private readonly Lock _gate = new();
    private readonly string _path;

    /// <summary>The list of a data folder.</summary>
    public ErasureFile(string folder) => _path = Path.Combine(folder, Name);

    /// <summary>Adds a line, durably.</summary>
    /// <exception cref="IOException">It could not be written or synced.</exception>
    public void Add(ErasureLine line)
    {
        lock (_gate)
        {
            DurableFile.Write(_path, [], DurableFile.OwnerOnlyFile, overwrite: false);
            using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
            // A line that a crash cut short must not swallow this one.
            file.Seek(0, SeekOrigin.End);
            var torn = file.Length > 0 && !EndsWhole(file);
            file.Write([.. torn ? "\n"u8 : [], .. JsonSerializer.SerializeToUtf8Bytes(line, Json), (byte)'\n']);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Reads a list; empty when there is no file. Lines that are none are left out.</summary>
    public static IReadOnlyList<ErasureLine> Read(string path)
    {
        if (!File.Exists(path)) return [];
        List<ErasureLine> lines = [];
        foreach (var text in File.ReadLines(path))
        {
            try
            {
                if (JsonSerializer.Deserialize<ErasureLine>(text, Json) is { Key: not null } line && MessageKey.TryParse(line.Key, out _)) lines.Add(line);
            }
            catch (JsonException)
            {
                // Cut short by a crash, before its erasure was committed.
            }
        }

        return lines;
    }

    /// <summary>Replaces the list of a folder by the union of lists, each message once.</summary>
    internal static IReadOnlyList<ErasureLine> Merge(string folder, IEnumerable<ErasureLine> lines)
    {
        List<ErasureLine> all = [.. lines.DistinctBy(static line => line.Key).OrderBy(static line => line.At)];
        if (all.Count == 0) return all;
        var text = new StringBuilder();
        foreach (var line in all) text.Append(JsonSerializer.Serialize(line, Json)).Append('\n');
        DurableFile.Write(Path.Combine(folder, Name), Encoding.UTF8.GetBytes(text.ToString()), DurableFile.OwnerOnlyFile, overwrite: true);
        return all;
    }

    private static bool EndsWhole(FileStream file)
    {
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
