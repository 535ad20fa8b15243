using Hub.Contracts.Problems;
using Hub.Core.Time;

namespace Hub.Tests.Time;

[TestFixture]
public sealed class HubClockTests
{
    private readonly SteppedClock _machine = new();
    private HubClock _clock = null!;

    [SetUp]
    public void Start()
    {
        _machine.Step = TimeSpan.Zero;
        _clock = new HubClock(_machine);
    }

    [TestCase(59)]
    [TestCase(-59)]
    public void GetUtcNow_SmallStep_IsFollowed(int seconds)
    {
        _machine.Step = TimeSpan.FromSeconds(seconds);
        Assert.That((_clock.GetUtcNow(), _clock.Doubt), Is.EqualTo((_machine.GetUtcNow(), default(TimeSpan?))));
        _clock.RequireAgreement();
    }

    [Test]
    public void GetUtcNow_ManySmallSteps_AreAllFollowed()
    {
        for (var step = 1; step <= 10; step++)
        {
            _machine.Step = TimeSpan.FromSeconds(50 * step);
            Assert.That((_clock.GetUtcNow(), _clock.Doubt), Is.EqualTo((_machine.GetUtcNow(), default(TimeSpan?))));
        }
    }

    [TestCase(24)]
    [TestCase(-24)]
    public void GetUtcNow_JumpThatIsPutRight_GoesOnAsBefore(int hours)
    {
        _machine.Step = TimeSpan.FromHours(hours);
        Assert.That(_clock.GetUtcNow(), Is.EqualTo(_machine.Unstepped));
        _machine.Advance(HubClock.Settle - TimeSpan.FromSeconds(1));
        Assert.That((_clock.GetUtcNow(), _clock.Doubt), Is.EqualTo((_machine.Unstepped, (TimeSpan?)TimeSpan.FromHours(hours))));
        var refused = Assert.Throws<ProblemException>(_clock.RequireAgreement)!;
        Assert.That((refused.Code, refused.Problem.RetryAfter), Is.EqualTo((ProblemCode.Unavailable, (TimeSpan?)HubClock.RetryAfter)));
        _machine.Step = TimeSpan.Zero;
        Assert.That((_clock.GetUtcNow(), _clock.Doubt), Is.EqualTo((_machine.GetUtcNow(), default(TimeSpan?))));
    }

    [Test]
    public void GetUtcNow_JumpThatStays_IsBelievedAfterAWhile()
    {
        _machine.Step = TimeSpan.FromDays(1);
        Assert.That(_clock.Doubt, Is.Not.Null);
        _machine.Advance(HubClock.Settle);
        Assert.That((_clock.GetUtcNow(), _clock.Doubt), Is.EqualTo((_machine.GetUtcNow(), default(TimeSpan?))));
    }

    [Test]
    public void GetUtcNow_JumpAfterJump_BeginsToWaitAnew()
    {
        _machine.Step = TimeSpan.FromDays(1);
        _ = _clock.Doubt;
        _machine.Advance(HubClock.Settle - TimeSpan.FromMinutes(1));
        _machine.Step = TimeSpan.FromDays(2);
        _ = _clock.Doubt;
        _machine.Advance(HubClock.Settle - TimeSpan.FromMinutes(1));
        Assert.That(_clock.Doubt, Is.EqualTo(TimeSpan.FromDays(2)));
    }

    [TestCase(1, true)]
    [TestCase(3, false)]
    public void Confirm_AnotherClock_EndsTheDoubtWhereItAgrees(int apart, bool believed)
    {
        _machine.Step = TimeSpan.FromHours(3);
        _clock.Confirm(_machine.GetUtcNow() + TimeSpan.FromSeconds(apart));
        Assert.That(_clock.Doubt is null, Is.EqualTo(believed));
    }

    private sealed class SteppedClock : TimeProvider
    {
        private readonly ManualClock _clock = new();

        internal TimeSpan Step { get; set; }

        internal DateTimeOffset Unstepped => _clock.GetUtcNow();

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Unstepped + Step;

        public override long GetTimestamp() => _clock.GetTimestamp();

        internal void Advance(TimeSpan by) => _clock.Advance(by);
    }
}
