using System.Security.Cryptography;
using OpenTelemetry.Trace;

namespace Hub.Host.Telemetry;

/// <summary>Records a share of the traces. Which ones follows from a keyed hash of the trace's number: callers choose numbers, and must not
/// choose with them what is recorded. The same number is decided alike as long as the process lives. Thread-safe.</summary>
/// <param name="share">0 to 1.</param>
internal sealed class KeyedSampler(double share) : Sampler
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        Span<byte> number = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        samplingParameters.TraceId.CopyTo(number);
        HMACSHA256.HashData(_key, number, hash);
        // 53 bits, as many as a double holds: 0 up to but not 1.
        var place = (BitConverter.ToUInt64(hash) >> 11) * (1.0 / (1UL << 53));
        return new SamplingResult(place < share ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
