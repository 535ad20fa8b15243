using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>What a breaker does; the numbers are those of the metric <c>hub_breaker_state</c>.</summary>
public enum BreakerPhase
{
    /// <summary>Attempts are made.</summary>
    Closed = 0,

    /// <summary>One attempt is made, to see whether the system answers again.</summary>
    HalfOpen = 1,

    /// <summary>No attempt is made.</summary>
    Open = 2,
}

/// <summary>A failure that a breaker hears of.</summary>
/// <param name="Delivery">Whose attempt it was.</param>
/// <param name="Fault">Whose failure it is.</param>
/// <param name="Started">When the attempt began.</param>
/// <param name="RetryAfter">What the system asked for.</param>
public readonly record struct BreakerFailure(long Delivery, FailureFault Fault, DateTimeOffset Started, TimeSpan? RetryAfter);

/// <summary>Leaves a system alone that does not answer: after <see cref="DeliveryPolicy.BreakerFailures"/> failures of the system in a row it is
/// <b>open</b> for <see cref="DeliveryPolicy.BreakerOpen"/>, then <b>half-open</b> for one probe. A probe that is answered closes it, one that
/// fails opens it for twice as long, up to <see cref="DeliveryPolicy.MaxDelay"/>. What the system asks for by Retry-After is waited for,
/// up to <see cref="MostRetryAfter"/>. Pure.</summary>
/// <remarks>What may be the message's own fault (<see cref="FailureFault.Unclear"/>) counts once for each delivery: a few messages that a
/// system always chokes on open no breaker. When such a one is a probe again, another delivery is tried at once, up to
/// <see cref="MostProbes"/> between two pauses; and what has failed as a probe stays away for longer than others need for their turn
/// (<see cref="KeepsOff"/>). So no few messages stand between a system that answers and the rest of its queue.</remarks>
public sealed record Breaker
{
    /// <summary>Longest Retry-After that is waited for (1 day): a mistake in a header must not silence a system for ever.</summary>
    public static readonly TimeSpan MostRetryAfter = TimeSpan.FromDays(1);

    /// <summary>Deliveries whose failures are remembered until the system answers (64): the last ones.</summary>
    public const int MostKnown = 64;

    /// <summary>Most probes between two pauses (8).</summary>
    public const int MostProbes = 8;

    private const int MostTurns = 3;

    /// <summary>The breaker of a system that answers.</summary>
    public static readonly Breaker Closed = new();

    private Breaker()
    {
    }

    /// <summary>Failures of the system in a row.</summary>
    public int Failures { get; private init; }

    /// <summary>Since when it is not closed; null while it is.</summary>
    public DateTimeOffset? Since { get; private init; }

    /// <summary>When it opened last.</summary>
    public DateTimeOffset Opened { get; private init; }

    /// <summary>When the next probe may be made, while it is not closed.</summary>
    public DateTimeOffset Until { get; private init; }

    /// <summary>How long it is open this time.</summary>
    public TimeSpan Pause { get; private init; }

    /// <summary>Probes that failed since it opened last.</summary>
    public int Probes { get; private init; }

    private long[] Known { get; init; } = [];

    /// <summary>What it does at an instant. A clock that went back to before it opened does not keep it open.</summary>
    public BreakerPhase PhaseAt(DateTimeOffset now) => Since is null ? BreakerPhase.Closed : IsOpenAt(now) ? BreakerPhase.Open : BreakerPhase.HalfOpen;

    /// <summary>Whether a delivery has failed since the system answered last.</summary>
    public bool Knows(long delivery) => Known.AsSpan().Contains(delivery);

    /// <summary>Whether a probe's failure costs its delivery no attempt, since its system is to blame. What may be the message's own fault is
    /// the system's the first time, and again when as many deliveries failed as open a breaker.</summary>
    public bool Spares(long delivery, FailureFault fault, DeliveryPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return fault switch
        {
            FailureFault.System => true,
            FailureFault.Unclear => !Knows(delivery) || Known.Length >= Math.Max(2, policy.BreakerFailures),
            _ => false,
        };
    }

    /// <summary>How long a delivery that was spared as a probe is not tried again: until others had their turns.</summary>
    public TimeSpan KeepsOff(DeliveryPolicy policy) => Next(policy) * (Math.Clamp(Known.Length, 1, MostTurns) + 0.5);

    /// <summary>It after a failed attempt.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="policy">The system's policy.</param>
    /// <param name="now">When the attempt ended.</param>
    public Breaker Failed(BreakerFailure failure, DeliveryPolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (failure.Fault == FailureFault.Message || policy.BreakerFailures == 0) return Closed;
        var isOfMessage = failure.Fault == FailureFault.Unclear && Knows(failure.Delivery);
        if (Since is null)
        {
            if (isOfMessage) return this;
            var counted = this with { Failures = Failures + 1, Known = With(failure.Delivery) };
            return counted.Failures < policy.BreakerFailures ? counted : counted.OpenedFor(Shorter(policy.BreakerOpen, policy.MaxDelay), failure.RetryAfter, now) with { Since = now };
        }

        // One that began before it opened says nothing new.
        if (failure.Started < Opened ? now >= Opened : failure.Started < Until) return this;
        var failed = this with { Failures = Failures + 1, Probes = Probes + 1, Known = With(failure.Delivery) };
        if (isOfMessage && failed.Probes < MostProbes) return failed;
        return failed.OpenedFor(isOfMessage ? Pause : Next(policy), failure.RetryAfter, now);
    }

    /// <summary>How long it will be open if the next probe fails.</summary>
    public TimeSpan Next(DeliveryPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Shorter(Pause * 2, policy.MaxDelay);
    }

    private Breaker OpenedFor(TimeSpan pause, TimeSpan? retryAfter, DateTimeOffset now)
    {
        var asked = Shorter(retryAfter ?? TimeSpan.Zero, MostRetryAfter);
        return this with { Probes = 0, Pause = pause, Opened = now, Until = now + (asked > pause ? asked : pause) };
    }

    private long[] With(long delivery) => Knows(delivery) ? Known : [.. Known.AsSpan(Known.Length < MostKnown ? 0 : 1), delivery];

    private bool IsOpenAt(DateTimeOffset now) => now >= Opened && now < Until;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
