using System.Globalization;
using Hub.Contracts.Problems;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Time;

/// <summary>The hub's clock: the machine's wall clock, checked against its monotonic one. While the two disagree the time goes on as it
/// went before, so that nothing expires, dies or waits because of a jump that is put right, and nothing new is accepted. Thread-safe.</summary>
/// <remarks>A jump is believed when the wall clock has run steadily for <see cref="Settle"/> since, when the clock of a shared store agrees
/// with it (<see cref="Confirm"/>), or when the hub is started again. Steps of up to <see cref="Bound"/> are followed at once.</remarks>
public sealed class HubClock : TimeProvider
{
    /// <summary>How far the wall clock may step at once (1 minute).</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    /// <summary>How long a new time must run steadily until it is believed (10 minutes).</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMinutes(10);

    /// <summary>What refused callers are told to wait (30 s).</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Agreement = TimeSpan.FromSeconds(2);
    private static readonly long Followed = TimeSpan.FromMilliseconds(20).Ticks;

    private readonly Lock _gate = new();
    private readonly TimeProvider _system;
    private readonly ILogger<HubClock>? _log;
    private readonly long _started;
    private volatile Jump? _jump;
    private long _offset;

    /// <summary>A clock that believes what the wall clock says now.</summary>
    /// <param name="system">The machine's clocks; those of the process by default.</param>
    /// <param name="log">Where jumps are told.</param>
    public HubClock(TimeProvider? system = null, ILogger<HubClock>? log = null)
    {
        (_system, _log) = (system ?? System, log);
        _started = _system.GetTimestamp();
        _offset = _system.GetUtcNow().UtcTicks;
    }

    /// <summary>How far the wall clock is ahead of the time that is believed; null while they agree.</summary>
    public TimeSpan? Doubt
    {
        get
        {
            _ = GetUtcNow();
            return _jump is { } jump ? TimeSpan.FromTicks(jump.Offset - Interlocked.Read(ref _offset)) : null;
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _system.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => _system.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var wall = _system.GetUtcNow();
        var run = _system.GetElapsedTime(_started).Ticks;
        var (offset, known) = (wall.UtcTicks - run, Interlocked.Read(ref _offset));
        var step = Math.Abs(offset - known);
        if (step > Bound.Ticks) return Jumped(offset, run);
        if (_jump is not null) Forget();
        if (step > Followed) Interlocked.Exchange(ref _offset, offset);
        return wall;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => _system.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _system.CreateTimer(callback, state, dueTime, period);

    /// <summary>Refuses what needs the right time while it is not known.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>, with Retry-After.</exception>
    public void RequireAgreement()
    {
        if (Doubt is not { } doubt) return;
        throw new ProblemException(new Problem(ProblemCode.Unavailable, $"{Describe(doubt)} Retry in {RetryAfter.TotalSeconds:0} s.") { RetryAfter = RetryAfter });
    }

    /// <summary>A clock elsewhere was read: where the wall clock agrees with it, the wall clock is right.</summary>
    /// <param name="elsewhere">What it said; within 2 s counts as agreement.</param>
    public void Confirm(DateTimeOffset elsewhere)
    {
        if (Doubt is null || (_system.GetUtcNow() - elsewhere).Duration() > Agreement) return;
        lock (_gate)
        {
            if (_jump is { } jump) Believe(jump.Offset, "another clock says the same");
        }
    }

    /// <summary>What is wrong, with values, and what ends it.</summary>
    /// <param name="doubt">How far the wall clock is ahead.</param>
    public static string Describe(TimeSpan doubt) => string.Create(
        CultureInfo.InvariantCulture,
        $"The wall clock of this machine jumped by {doubt.TotalSeconds:+0;-0} s. Nothing new is accepted until it is put right, has run steadily for {Settle.TotalMinutes:0} minutes, or the hub is started again; deliveries go on by the time before the jump.");

    private DateTimeOffset Jumped(long offset, long run)
    {
        lock (_gate)
        {
            var known = Interlocked.Read(ref _offset);
            if (_jump is not { } jump || Math.Abs(offset - jump.Offset) > Bound.Ticks)
            {
                _jump = new Jump(offset, run);
                _log?.LogError("{Jump}", Describe(TimeSpan.FromTicks(offset - known)));
            }
            else if (run - jump.Since >= Settle.Ticks)
            {
                Believe(offset, "it ran steadily since");
            }

            return new DateTimeOffset(Interlocked.Read(ref _offset) + run, TimeSpan.Zero);
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            if (_jump is null) return;
            _jump = null;
            _log?.LogWarning("The wall clock of this machine was put right");
        }
    }

    private void Believe(long offset, string why)
    {
        var ahead = TimeSpan.FromTicks(offset - Interlocked.Exchange(ref _offset, offset));
        _jump = null;
        _log?.LogWarning("The time is what the wall clock says now, {Seconds:0} s from what it was: {Why}", ahead.TotalSeconds, why);
    }

    /// <param name="Offset">Wall clock minus time run, in ticks.</param>
    /// <param name="Since">Time run when it was seen, in ticks.</param>
    private sealed record Jump(long Offset, long Since);
}
