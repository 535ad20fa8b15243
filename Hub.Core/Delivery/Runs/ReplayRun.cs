using System.Text.Json;
using System.Text.Json.Serialization;
using Hub.Contracts.Addresses;

namespace Hub.Core.Delivery.Runs;

/// <summary>States of a run.</summary>
public enum ReplayRunState
{
    /// <summary>Counted; nothing was set going.</summary>
    Previewed,

    /// <summary>Under way, on whichever node holds the duty.</summary>
    Running,

    /// <summary>Held by an operator, or by itself; may be resumed.</summary>
    Stopped,

    /// <summary>All that there was is set going.</summary>
    Done,
}

/// <summary>A replay of many dead deliveries, as the store keeps it.</summary>
/// <remarks>A run takes only what was dead when it was previewed and was not touched since: what another run or operator replayed
/// meanwhile is theirs, even when it died again. So no death is answered by two replays.</remarks>
public sealed record ReplayRun
{
    /// <summary>Its name, 26 characters, growing with time.</summary>
    public required string Id { get; init; }

    /// <summary>Who previewed it.</summary>
    public required string Actor { get; init; }

    /// <summary>When it was previewed: what died later is not its own.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Which deliveries.</summary>
    public required ReplayFilter Filter { get; init; }

    /// <summary>How.</summary>
    public required ReplayPace Pace { get; init; }

    /// <summary>How many there were at the preview.</summary>
    public required long Matched { get; init; }

    /// <summary>Whether there were exactly so many; if not, there were more than it looked at.</summary>
    public required bool IsExact { get; init; }

    /// <summary>State.</summary>
    public ReplayRunState State { get; init; }

    /// <summary>Why it stopped; null unless it did.</summary>
    public string? Why { get; init; }

    /// <summary>Step under way, from 0: 1, 10, 100, then the rest.</summary>
    public int Step { get; init; }

    /// <summary>What this step has set going; empty for the rest, whose outcome nobody waits for.</summary>
    public IReadOnlyList<long> StepIds { get; init; } = [];

    /// <summary>When the last of this step was set going.</summary>
    public DateTimeOffset? StepTaken { get; init; }

    /// <summary>Where in the list of dead deliveries it stands; null: at the beginning.</summary>
    public string? Cursor { get; init; }

    /// <summary>Whether it has seen the end of the list.</summary>
    public bool IsAtEnd { get; init; }

    /// <summary>How many it has set going.</summary>
    public long Replayed { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>How often it changed: who writes it states the one that he read.</summary>
    public int Revision { get; init; }

    /// <summary>Those that were gone when it came to them: replayed, cancelled or erased by somebody else, or expired. Known at the end; null before, or when
    /// nobody counted them.</summary>
    public long? Skipped => State == ReplayRunState.Done && IsExact ? Math.Max(0, Matched - Replayed) : null;

    /// <summary>How many this step may set going; null: all.</summary>
    internal int? StepSize => Pace.Canary && Step < ReplayPace.Steps.Count ? ReplayPace.Steps[Step] : null;

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ReplayJson.Default.ReplayRun);

    /// <exception cref="InvalidDataException">Damaged.</exception>
    internal static ReplayRun Read(ReadOnlySpan<byte> stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored, ReplayJson.Default.ReplayRun) ?? throw new InvalidDataException("A stored replay run is empty.");
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException)
        {
            throw new InvalidDataException("A stored replay run cannot be read. Restore the store from a backup.", damaged);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true, Converters = [typeof(SystemAddressConverter), typeof(MessageTypeConverter)])]
[JsonSerializable(typeof(ReplayRun))]
internal sealed partial class ReplayJson : JsonSerializerContext;

internal sealed class SystemAddressConverter : JsonConverter<SystemAddress>
{
    public override SystemAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SystemAddress.Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, SystemAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class MessageTypeConverter : JsonConverter<MessageType>
{
    public override MessageType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => MessageType.Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, MessageType value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
