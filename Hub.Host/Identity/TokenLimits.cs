using System.Threading.RateLimiting;
using Hub.Contracts.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace Hub.Host.Identity;

/// <summary>Limits asking for tokens, which anybody may: per source before anything is read, and of all sources together
/// before a signature is checked. Each node counts for itself: several nodes together grant as many times as much, each no more than
/// it can check.</summary>
internal sealed class TokenLimits : IDisposable
{
    /// <summary>Name of the policy per source.</summary>
    internal const string PerSource = "token";

    /// <summary>Name of the policy per source for applications to be taken onto the bus.</summary>
    internal const string Onboarding = "onboarding";

    /// <summary>Requests of all sources at once; then half of it a second. A signature check costs about 0.1 ms.</summary>
    internal const int AllAtOnce = 1_000;

    private readonly TokenBucketRateLimiter _all;

    public TokenLimits()
        : this(autoReplenishment: true)
    {
    }

    internal TokenLimits(bool autoReplenishment) => _all = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = AllAtOnce,
        TokensPerPeriod = AllAtOnce / 20,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 0,
        AutoReplenishment = autoReplenishment,
    });

    /// <summary>Per source: of tokens 60 at once, then 10 a second; of applications 10 at once, then one a minute.</summary>
    internal static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.AddPolicy(PerSource, static context => RateLimitPartition.GetTokenBucketLimiter(
            PeerSource.Of(context),
            static _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 60,
                TokensPerPeriod = 10,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
        options.AddPolicy(Onboarding, static context => RateLimitPartition.GetTokenBucketLimiter(
            PeerSource.Of(context),
            static _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 10,
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1),
                QueueLimit = 0,
            }));
    }

    /// <summary>Takes one of everybody's.</summary>
    /// <exception cref="ProblemException"><c>rate-limited</c>.</exception>
    internal void TakeOfAll()
    {
        using var lease = _all.AttemptAcquire();
        if (lease.IsAcquired) return;
        throw new ProblemException(new Problem(ProblemCode.RateLimited, $"All sources together ask for more than {AllAtOnce / 2} tokens a second. Wait, then use the token you get until it expires.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        });
    }

    public void Dispose() => _all.Dispose();
}
