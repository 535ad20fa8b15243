using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hub.Core.Registry.Certificates;

/// <summary>What the store keeps of one certificate, so that a restart neither forgets a revocation nor begins a new grace.</summary>
/// <param name="Standing">Of this certificate alone.</param>
/// <param name="Chain">For the certificate of a key: SHA-256 of every certificate of its chain, its own first.</param>
internal sealed record StandingRecord(CertificateStanding Standing, IReadOnlyList<string> Chain)
{
    internal const string Prefix = "certificate/";

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, StandingJson.Default.StandingRecord);

    /// <exception cref="InvalidDataException">Damaged.</exception>
    internal static StandingRecord Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, StandingJson.Default.StandingRecord) ?? throw new InvalidDataException("The stored status of a certificate is empty.");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException("The stored status of a certificate cannot be read.", damaged);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StandingRecord))]
internal sealed partial class StandingJson : JsonSerializerContext;
