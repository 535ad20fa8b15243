using Hub.Core.Delivery;
using Hub.Core.Registry;

namespace Hub.Tests.Delivery;

public sealed class BreakerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly DeliveryPolicy Policy = new() { BreakerFailures = 3, BreakerOpen = TimeSpan.FromSeconds(30), MaxDelay = TimeSpan.FromMinutes(2) };

    [Test]
    public void Failed_SoManyInARow_OpensThenAsksForAProbe()
    {
        var breaker = Fail(Breaker.Closed, 2, Start);
        Assert.That(breaker.PhaseAt(Start), Is.EqualTo(BreakerPhase.Closed));
        breaker = Fail(breaker, 1, Start);
        Assert.That((breaker.PhaseAt(Start), breaker.Since, breaker.Until), Is.EqualTo((BreakerPhase.Open, (DateTimeOffset?)Start, Start.AddSeconds(30))));
        Assert.That(breaker.PhaseAt(Start.AddSeconds(30)), Is.EqualTo(BreakerPhase.HalfOpen));
    }

    [Test]
    public void Failed_EachProbe_DoublesUpToTheGreatestDelay()
    {
        var (breaker, now, pauses) = (Fail(Breaker.Closed, 3, Start), Start, new List<double>());
        for (var i = 0; i < 4; i++)
        {
            pauses.Add((breaker.Until - now).TotalSeconds);
            now = breaker.Until;
            breaker = Fail(breaker, 1, now);
        }

        Assert.That(pauses, Is.EqualTo(new[] { 30.0, 60, 120, 120 }));
        Assert.That(breaker.Since, Is.EqualTo(Start));
    }

    [Test]
    public void Failed_BegunBeforeItOpened_ChangesNothing()
    {
        var open = Fail(Breaker.Closed, 3, Start);
        var later = open.Failed(new BreakerFailure(9, FailureFault.System, Start.AddSeconds(-20), null), Policy, Start.AddSeconds(40));
        Assert.That(later, Is.EqualTo(open));
    }

    [Test]
    public void Failed_OneMessageThatTheSystemAlwaysChokesOn_OpensNothing()
    {
        var breaker = Breaker.Closed;
        for (var i = 0; i < 20; i++) breaker = breaker.Failed(new BreakerFailure(7, FailureFault.Unclear, Start, null), Policy, Start);
        Assert.That((breaker.PhaseAt(Start), breaker.Failures), Is.EqualTo((BreakerPhase.Closed, 1)));
        for (var i = 0; i < 2; i++) breaker = breaker.Failed(new BreakerFailure(8 + i, FailureFault.Unclear, Start, null), Policy, Start);
        Assert.That(breaker.PhaseAt(Start), Is.EqualTo(BreakerPhase.Open), "others fail too: it is the system");
    }

    [Test]
    public void Failed_FewMessagesThatTheSystemAlwaysChokesOn_OpenNothing()
    {
        var breaker = Breaker.Closed;
        for (var i = 0; i < 20; i++) breaker = breaker.Failed(new BreakerFailure(i % 2, FailureFault.Unclear, Start, null), Policy, Start);
        Assert.That((breaker.PhaseAt(Start), breaker.Failures), Is.EqualTo((BreakerPhase.Closed, 2)));
    }

    [Test]
    public void Failed_AProbeThatFailedBefore_LetsOthersTryAtOnceButNotForEver()
    {
        var open = Choke(Breaker.Closed, Start, 1, 2, 3);
        var at = open.Until;
        var tried = open;
        for (var i = 1; i < Breaker.MostProbes; i++)
        {
            tried = Choke(tried, at, (i % 3) + 1);
            Assert.That((tried.PhaseAt(at), tried.Pause), Is.EqualTo((BreakerPhase.HalfOpen, open.Pause)));
        }

        tried = Choke(tried, at, 1);
        Assert.That((tried.PhaseAt(at), tried.Until), Is.EqualTo((BreakerPhase.Open, at + open.Pause)));
        Assert.That(Choke(open, at, 4).Until, Is.EqualTo(at + (open.Pause * 2)), "another one fails: it is the system");
    }

    [Test]
    public void Spares_WhatMayBeTheMessagesOwnFault_TheFirstTimeAndWhenManyFailed()
    {
        var open = Fail(Breaker.Closed, 3, Start);
        Assert.That((open.Spares(1, FailureFault.System, Policy), open.Spares(1, FailureFault.Message, Policy)), Is.EqualTo((true, false)));
        Assert.That((open.Spares(1, FailureFault.Unclear, Policy), open.Spares(2, FailureFault.Unclear, Policy)), Is.EqualTo((false, true)));
        Assert.That(Choke(Choke(open, open.Until, 2), Start.AddMinutes(10), 3).Spares(1, FailureFault.Unclear, Policy), Is.True);
    }

    [Test]
    public void Knows_ManyFailed_TheLastOnes()
    {
        var breaker = Breaker.Closed;
        for (var i = 1; i <= Breaker.MostKnown + 1; i++) breaker = Choke(breaker, Start.AddHours(i), i);
        Assert.That((breaker.Knows(1), breaker.Knows(2), breaker.Knows(Breaker.MostKnown + 1)), Is.EqualTo((false, true, true)));
    }

    [Test]
    public void Failed_OfTheMessage_ShowsThatTheSystemAnswers() =>
        Assert.That(Fail(Breaker.Closed, 3, Start).Failed(new BreakerFailure(1, FailureFault.Message, Start, null), Policy, Start), Is.SameAs(Breaker.Closed));

    [Test]
    public void Failed_WithoutABreaker_StaysClosed() =>
        Assert.That(Breaker.Closed.Failed(new BreakerFailure(1, FailureFault.System, Start, null), Policy with { BreakerFailures = 0 }, Start), Is.SameAs(Breaker.Closed));

    [TestCase(10, 30)]
    [TestCase(3_600, 3_600)]
    [TestCase(400 * 86_400, 86_400)]
    public void Failed_WithRetryAfter_IsOpenUntilThenForADayAtMost(int asked, int expected)
    {
        var breaker = Fail(Breaker.Closed, 2, Start).Failed(new BreakerFailure(1, FailureFault.System, Start, TimeSpan.FromSeconds(asked)), Policy, Start);
        Assert.That((breaker.Until - Start).TotalSeconds, Is.EqualTo(expected));
        Assert.That(breaker.Pause, Is.EqualTo(Policy.BreakerOpen), "the next pause doubles its own, not what was asked for");
    }

    [Test]
    public void PhaseAt_TheClockWentBack_AsksForAProbe_WhichCounts()
    {
        var (open, dayBefore) = (Fail(Breaker.Closed, 3, Start), Start.AddDays(-1));
        Assert.That(open.PhaseAt(dayBefore), Is.EqualTo(BreakerPhase.HalfOpen));
        var failed = open.Failed(new BreakerFailure(1, FailureFault.System, dayBefore, null), Policy, dayBefore);
        Assert.That((failed.PhaseAt(dayBefore), failed.Until), Is.EqualTo((BreakerPhase.Open, dayBefore.AddSeconds(60))));
    }

    [Test]
    public void AnyHistory_IsNeverOpenLongerThanAllowed_AndOpensOnlyAfterEnoughFailures([Random(0, int.MaxValue, 20)] int seed)
    {
        var random = new Random(seed);
        var (breaker, now, row) = (Breaker.Closed, Start, 0);
        for (var step = 0; step < 500; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(0, 40));
            var started = now - TimeSpan.FromSeconds(random.Next(0, 40));
            if (random.Next(4) == 0) (breaker, row) = (Breaker.Closed, 0);
            else (breaker, row) = (breaker.Failed(new BreakerFailure(random.Next(1, 4), (FailureFault)random.Next(1, 3), started, null), Policy, now), row + 1);
            Assert.That(breaker.Since is null || row >= Policy.BreakerFailures);
            Assert.That(breaker.Until - now, Is.LessThanOrEqualTo(Policy.MaxDelay));
            Assert.That(breaker.PhaseAt(now + Policy.MaxDelay), Is.Not.EqualTo(BreakerPhase.Open));
        }
    }

    private static Breaker Choke(Breaker breaker, DateTimeOffset now, params int[] deliveries)
    {
        foreach (var delivery in deliveries) breaker = breaker.Failed(new BreakerFailure(delivery, FailureFault.Unclear, now, null), Policy, now);
        return breaker;
    }

    private static Breaker Fail(Breaker breaker, int times, DateTimeOffset now)
    {
        for (var i = 0; i < times; i++) breaker = breaker.Failed(new BreakerFailure(1, FailureFault.System, now, null), Policy, now);
        return breaker;
    }
}
