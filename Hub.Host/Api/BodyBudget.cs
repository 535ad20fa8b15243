using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>Bounds the memory that large bodies take at any moment, together and for each caller; one for bodies that come
/// in, one for those that go out. Who does not fit is told to come back; nobody queues while holding a part. Bodies below
/// <see cref="SmallBody"/> are counted but never refused for what others hold: tokens, claims and ordinary messages pass whatever
/// they do. So that these cannot pile up either, one caller may have <see cref="ReadPerCaller"/> bodies being read at once.</summary>
internal sealed class BodyBudget(long capacity, TimeProvider clock)
{
    /// <summary>From here on a body is within the bound, in bytes (64 KiB).</summary>
    internal const int SmallBody = 64 * 1024;

    /// <summary>Above this a body is huge (1 MiB), and few of them may be under way for one caller.</summary>
    internal const int HugeBody = 1024 * 1024;

    /// <summary>Most huge bodies of one caller at once.</summary>
    internal const int HugePerCaller = 4;

    /// <summary>Most bodies of one caller that are being read at once: with all of them small, 16 MiB.</summary>
    internal const int ReadPerCaller = 256;

    /// <summary>Key of the budget of answers among the services.</summary>
    internal const string Outgoing = "outgoing";

    /// <summary>256 MiB: a dozen of the greatest envelopes.</summary>
    private const long DefaultCapacity = 256L * 1024 * 1024;

    /// <summary>One caller may hold an eighth: 32 MiB, which is one greatest envelope in its pooled buffer.</summary>
    private const int Shares = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Account> _callers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _reading = new(StringComparer.Ordinal);
    private long _large;
    private long _small;

    public BodyBudget(TimeProvider clock)
        : this(DefaultCapacity, clock)
    {
    }

    /// <summary>Bytes not taken now.</summary>
    internal long Free => Math.Max(0, capacity - Interlocked.Read(ref _large) - Interlocked.Read(ref _small));

    /// <summary>The clock of the pace of large bodies.</summary>
    internal TimeProvider Clock => clock;

    internal void CountSmall(int bytes) => Interlocked.Add(ref _small, bytes);

    /// <summary>Begins to read a body of any size; <see cref="EndReading"/> gives its place back.</summary>
    /// <param name="caller">Who answers for it.</param>
    /// <exception cref="ProblemException"><c>rate-limited</c> beyond <see cref="ReadPerCaller"/>.</exception>
    internal void BeginReading(string caller)
    {
        lock (_gate)
        {
            var reading = _reading.GetValueOrDefault(caller);
            if (reading >= ReadPerCaller)
                throw ComeBack(ProblemCode.RateLimited, $"'{caller}' already has {reading} bodies on the way to the hub; that is the limit for one caller. Wait until one is through.");
            _reading[caller] = reading + 1;
        }
    }

    internal void EndReading(string caller)
    {
        lock (_gate)
        {
            var reading = _reading[caller] - 1;
            if (reading == 0) _reading.Remove(caller);
            else _reading[caller] = reading;
        }
    }

    /// <summary>Begins a large body. No memory is taken yet, only the place of a huge one.</summary>
    /// <param name="caller">Who answers for it.</param>
    /// <param name="expected">Its size, as far as it is known.</param>
    /// <exception cref="ProblemException"><c>rate-limited</c> when the caller has as many huge ones as it may.</exception>
    internal LargeBody Begin(string caller, long expected)
    {
        lock (_gate)
        {
            if (!_callers.TryGetValue(caller, out var account)) account = new Account();
            var body = new LargeBody(this, caller);
            RequirePlace(body, account, expected);
            _callers[caller] = account;
            account.Bodies++;
            return body;
        }
    }

    /// <summary>Refuses what could not be taken now, before it is sent in vain.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>.</exception>
    internal void RequireFree(long bytes)
    {
        if (bytes > Free) throw Full(bytes);
    }

    private void Hold(LargeBody body, long bytes)
    {
        lock (_gate)
        {
            var account = _callers[body.Caller];
            var more = bytes - body.Bytes;
            RequirePlace(body, account, bytes);
            if (account.Bytes + more > capacity / Shares)
                throw ComeBack(ProblemCode.RateLimited, $"'{body.Caller}' holds {account.Bytes} bytes of the hub's memory with bodies under way; {more} more would go beyond the {capacity / Shares} of one caller. Wait until one is through.");
            if (_large + more > capacity) throw Full(more);
            account.Bytes += more;
            _large += more;
            body.Bytes = bytes;
        }
    }

    private void End(LargeBody body)
    {
        lock (_gate)
        {
            if (!_callers.TryGetValue(body.Caller, out var account) || body.Ended) return;
            body.Ended = true;
            account.Bytes -= body.Bytes;
            _large -= body.Bytes;
            if (body.IsHuge) account.Huge--;
            if (--account.Bodies == 0) _callers.Remove(body.Caller);
        }
    }

    private static void RequirePlace(LargeBody body, Account account, long bytes)
    {
        if (body.IsHuge || bytes <= HugeBody) return;
        if (account.Huge >= HugePerCaller)
            throw ComeBack(ProblemCode.RateLimited, $"'{body.Caller}' already has {account.Huge} bodies above {HugeBody} bytes under way; that is the limit for one caller. Wait until one is through.");
        account.Huge++;
        body.IsHuge = true;
    }

    private static ProblemException Full(long bytes) =>
        ComeBack(ProblemCode.Unavailable, $"The hub is carrying as many large bodies as its memory budget allows; {bytes} bytes more do not fit. Retry in a second.");

    private static ProblemException ComeBack(ProblemCode code, string detail) =>
        new(new Problem(code, detail) { RetryAfter = TimeSpan.FromSeconds(1) });

    /// <summary>What one caller has under way; guarded by the gate.</summary>
    private sealed class Account
    {
        internal int Bodies { get; set; }

        internal int Huge { get; set; }

        internal long Bytes { get; set; }
    }

    /// <summary>One large body under way; disposing gives everything back.</summary>
    internal sealed class LargeBody(BodyBudget budget, string caller) : IDisposable
    {
        internal string Caller { get; } = caller;

        internal long Bytes { get; set; }

        internal bool IsHuge { get; set; }

        internal bool Ended { get; set; }

        /// <summary>Raises what this body holds to a number of bytes.</summary>
        /// <exception cref="ProblemException"><c>rate-limited</c> beyond the caller's share, <c>unavailable</c> beyond everybody's.</exception>
        internal void Hold(long bytes) => budget.Hold(this, bytes);

        public void Dispose() => budget.End(this);
    }
}
