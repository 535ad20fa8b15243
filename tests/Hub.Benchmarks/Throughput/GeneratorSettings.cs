using System.Text.Json;

namespace Hub.Benchmarks.Throughput;

/// <summary>What the generator process is told, as JSON in a file. Connections take turns with the URLs. A hub wants tokens and gives
/// receipts; from a peer 202 is all there is. Answers before the warm-up's end are not timed. With a rate, messages are due at fixed
/// instants, whether or not those before are answered, and waits count from then (open loop); without (0), a connection sends the next
/// when it has its answer.</summary>
internal sealed record GeneratorSettings(
    IReadOnlyList<string> Urls, bool IsHub, string SinkUrl, string From, string KeyId, string KeyPem, string Algorithm, string Encoding,
    int PayloadBytes, IReadOnlyList<string> Recipients, int Connections, int MaxOutstanding, double WarmupSeconds, double Seconds, long PresignBytes, double Rate = 0)
{
    internal static GeneratorSettings Load(string path) => JsonSerializer.Deserialize<GeneratorSettings>(File.ReadAllText(path))!;

    internal void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this));
}

/// <summary>What the generator process reports.</summary>
/// <param name="Sent">Requests made.</param>
/// <param name="Receipted">Requests answered by a receipt (or, by a peer, 202).</param>
/// <param name="Digest">Order-free digest of (key, SHA-256 of octets) of everything receipted.</param>
/// <param name="Presigned">How many were signed before the clock started.</param>
/// <param name="ReceiptsVerified">Receipts verified in full (one in a thousand).</param>
/// <param name="Waits">How long receipts took.</param>
/// <param name="Handed">How long it took from the receipt to the sink; 0 where the push came first.</param>
/// <param name="FirstRefusal">First answer that was no receipt, if any.</param>
internal sealed record GeneratorReport(long Sent, long Receipted, string Digest, int Presigned, int ReceiptsVerified, Waits Waits, Waits Handed, string? FirstRefusal);
