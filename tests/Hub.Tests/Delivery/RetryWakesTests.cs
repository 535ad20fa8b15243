using Hub.Contracts.Addresses;
using Hub.Core.Delivery;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Delivery;

public sealed class RetryWakesTests
{
    private static readonly SystemAddress One = SystemAddress.Parse("H06.40/qlvb");
    private static readonly SystemAddress Two = SystemAddress.Parse("H06.41/qlvb");
    private readonly ManualClock _clock = new();
    private readonly List<SystemAddress> _woken = [];
    private RetryWakes _wakes = null!;

    [SetUp]
    public void Create()
    {
        _woken.Clear();
        _wakes = new RetryWakes(_woken.Add, _clock);
    }

    [Test]
    public void Schedule_DueNow_WakesAtOnce()
    {
        Schedule(One, 0);
        Assert.That(_woken, Is.EqualTo(new[] { One }));
    }

    [Test]
    public void Schedule_Several_EachWakesAtItsInstant()
    {
        Schedule(One, 3_000);
        Schedule(Two, 500);
        Schedule(One, 1_000);
        Assert.That(WokenWithin(499), Is.Empty);
        Assert.That(WokenWithin(1), Is.EqualTo(new[] { Two }));
        Assert.That(WokenWithin(500), Is.EqualTo(new[] { One }));
        Assert.That(WokenWithin(1_999), Is.Empty);
        Assert.That(WokenWithin(1), Is.EqualTo(new[] { One }));
        Assert.That(WokenWithin(100_000), Is.Empty);
    }

    [Test]
    public void Schedule_ManyOfOneSystemAtOneInstant_WakesItOnce()
    {
        for (var i = 0; i < 100; i++) Schedule(One, 700);
        Assert.That(WokenWithin(700), Is.EqualTo(new[] { One }));
    }

    [Test]
    public void Schedule_BeyondTheHorizon_IsLeftToPolling()
    {
        Schedule(One, 60_000);
        Schedule(Two, 60_001);
        Assert.That(WokenWithin(120_000), Is.EqualTo(new[] { One }));
    }

    private void Schedule(SystemAddress system, int milliseconds) => _wakes.Schedule(system, _clock.GetUtcNow().AddMilliseconds(milliseconds));

    private List<SystemAddress> WokenWithin(int milliseconds)
    {
        _woken.Clear();
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return [.. _woken];
    }
}
