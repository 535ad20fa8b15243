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
/// <remarks>Failure policy: a line is durable before its erasure is committed, so none is missing. One whose commit failed stays, though nothing was
/// erased: a restoration then erases what the operator had asked for and was told had failed. A line that a crash cut short, whose erasure was
/// never committed, is cut off by the next one.</remarks>
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
            var end = WholeLines(file);
            file.SetLength(end);
            file.Seek(end, SeekOrigin.Begin);
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, Json), (byte)'\n']);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Reads a list; empty when there is no file. Lines that are none are left out.</summary>
    public static IReadOnlyList<ErasureLine> Read(string path)
    {
        if (!File.Exists(path)) return [];
        List<ErasureLine> lines = [];
        foreach (var text in File.ReadLines(path))
            if (Parse(text) is { } line) lines.Add(line);
        return lines;
    }

    /// <summary>Reads a list that somebody kept: such a file, or what <c>hub erasures --json</c> printed.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="FormatException">It holds nothing, or something that is no erasure; only a last line without its end may be cut short.</exception>
    internal static IReadOnlyList<ErasureLine> ReadKept(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no list of erasures '{path}'.");
        var text = File.ReadAllText(path);
        var lines = Printed(text)?.Select(ToLine).ToList() ?? Kept(text, path);
        if (lines.Contains(null)) throw new FormatException($"Item {lines.IndexOf(null) + 1} of '{path}' is no erasure. Name an {Name}, or what 'hub erasures --json' printed.");
        return lines.Count > 0 ? [.. lines.OfType<ErasureLine>()] : throw new FormatException($"'{path}' holds no erasure. Leave it out if nothing was erased; otherwise find the right file.");
    }

    private static List<ErasureLine?> Kept(string text, string path)
    {
        var rows = text.Split('\n');
        List<ErasureLine?> lines = [];
        for (var i = 0; i < rows.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(rows[i])) continue;
            if (Parse(rows[i]) is { } line) lines.Add(line);
            else if (i < rows.Length - 1) throw new FormatException($"Line {i + 1} of '{path}' is no erasure. Name an {Name}, or what 'hub erasures --json' printed.");
        }

        return lines;
    }

    /// <summary>The items of what the command printed; null when it is not that.</summary>
    private static List<JsonElement>? Printed(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
                ? [.. items.EnumerateArray().Select(static item => item.Clone())]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ErasureLine? ToLine(JsonElement item) => Parse(item.GetRawText());

    private static ErasureLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ErasureLine>(text, Json) is { Key: not null } line && MessageKey.TryParse(line.Key, out _) ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
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

    /// <summary>Where the last whole line ends.</summary>
    private static long WholeLines(FileStream file)
    {
        for (var end = file.Length; end > 0; end--)
        {
            file.Seek(end - 1, SeekOrigin.Begin);
            if (file.ReadByte() == '\n') return end;
        }

        return 0;
    }
}
