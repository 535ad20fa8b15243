using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>Bounds the memory that request bodies take at any moment, whatever number of peers send at once.
/// Who does not fit is told to come back; nobody queues while holding a part.</summary>
internal sealed class BodyBudget(long capacity)
{
    /// <summary>256 MiB: a dozen of the greatest envelopes, or thousands of ordinary ones.</summary>
    private const long DefaultCapacity = 256L * 1024 * 1024;

    private long _free = capacity;

    public BodyBudget()
        : this(DefaultCapacity)
    {
    }

    /// <summary>Bytes not taken now.</summary>
    internal long Free => Interlocked.Read(ref _free);

    /// <exception cref="ProblemException"><c>unavailable</c> when the bytes are not free now.</exception>
    internal void Take(long bytes)
    {
        if (Interlocked.Add(ref _free, -bytes) >= 0) return;
        Interlocked.Add(ref _free, bytes);
        throw new ProblemException(new Problem(ProblemCode.Unavailable, $"The hub is reading as many envelopes as its memory budget allows; {bytes} bytes more do not fit. Retry in a second.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        });
    }

    internal void Return(long bytes) => Interlocked.Add(ref _free, bytes);
}
