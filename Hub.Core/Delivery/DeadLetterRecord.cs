using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hub.Core.Delivery;

/// <summary>What operators wrote about dead deliveries.</summary>
/// <param name="Owner">Who takes care of them; null: nobody said.</param>
/// <param name="Notes">Notes, oldest first; none is ever changed.</param>
public sealed record DeadLetterRecord(string? Owner, IReadOnlyList<DeadLetterNote> Notes)
{
    /// <summary>Nothing was written.</summary>
    public static DeadLetterRecord None { get; } = new(null, []);

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DeadLetterJson.Default.DeadLetterRecord);

    /// <exception cref="InvalidDataException">Damaged.</exception>
    internal static DeadLetterRecord Read(ReadOnlyMemory<byte>? stored)
    {
        if (stored is not { } bytes) return None;
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, DeadLetterJson.Default.DeadLetterRecord) ?? None;
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException("The stored notes about dead deliveries cannot be read. Restore the store from a backup.", damaged);
        }
    }
}

/// <summary>One note.</summary>
/// <param name="By">Who wrote it, e.g. <c>operator:an</c>.</param>
/// <param name="Time">When.</param>
/// <param name="Text">What, 1 to 500 characters.</param>
public sealed record DeadLetterNote(string By, DateTimeOffset Time, string Text);

[JsonSerializable(typeof(DeadLetterRecord))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
