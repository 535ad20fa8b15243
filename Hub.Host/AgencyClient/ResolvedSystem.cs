using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;

namespace Hub.Host.AgencyClient;

/// <summary>A system that the hub would deliver to, as <c>GET /api/v1/resolve</c> names it.</summary>
/// <param name="System">The system.</param>
/// <param name="Keys">Its encryption keys in force, the one that lasts longest first.</param>
internal sealed record ResolvedSystem(SystemAddress System, IReadOnlyList<SealingKey> Keys)
{
    /// <summary>Reads the hub's answer.</summary>
    /// <exception cref="HubEvidenceException">It cannot be read.</exception>
    public static IReadOnlyList<ResolvedSystem> ReadAll(JsonElement answer)
    {
        try
        {
            return [.. answer.GetProperty("recipients").EnumerateArray().Select(Read)];
        }
        catch (Exception wrong) when (wrong is FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException or global::System.Security.Cryptography.CryptographicException)
        {
            throw new HubEvidenceException($"The hub's list of recipients and their keys cannot be read: {wrong.Message}");
        }
    }

    private static ResolvedSystem Read(JsonElement item)
    {
        var system = SystemAddress.Parse(item.GetProperty("system").GetString() ?? "");
        var keys = item.TryGetProperty("encryptionKeys", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().OrderByDescending(Until)
                .Select(key => SealingKey.FromPem(key.GetProperty("id").GetString()!, key.GetProperty("pem").GetString()!, system))
            : [];
        return new ResolvedSystem(system, [.. keys]);
    }

    private static DateTimeOffset Until(JsonElement key) =>
        key.TryGetProperty("notAfter", out var end) && end.ValueKind == JsonValueKind.String
            ? DateTimeOffset.Parse(end.GetString()!, CultureInfo.InvariantCulture)
            : DateTimeOffset.MaxValue;
}
