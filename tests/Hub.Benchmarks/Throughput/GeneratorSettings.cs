using System.Text.Json;

namespace Hub.Benchmarks.Throughput;

/// <summary>What the generator process is told, as JSON in a file.</summary>
internal sealed record GeneratorSettings(
    string HubUrl, string SinkUrl, string From, string KeyId, string KeyPem, string Algorithm, string Encoding,
    int PayloadBytes, IReadOnlyList<string> Recipients, int Connections, int MaxOutstanding, double Seconds, long PresignBytes)
{
    internal static GeneratorSettings Load(string path) => JsonSerializer.Deserialize<GeneratorSettings>(File.ReadAllText(path))!;

    internal void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));
}

/// <summary>What the generator process reports.</summary>
/// <param name="Sent">Requests made.</param>
/// <param name="Receipted">Requests answered by a receipt.</param>
/// <param name="Digest">Order-free digest of (key, SHA-256 of octets) of everything receipted.</param>
/// <param name="Presigned">How many were signed before the clock started.</param>
/// <param name="ReceiptsVerified">Receipts verified in full (one in a thousand).</param>
/// <param name="FirstRefusal">First answer that was no receipt, if any.</param>
internal sealed record GeneratorReport(long Sent, long Receipted, string Digest, int Presigned, int ReceiptsVerified, string? FirstRefusal);
