using Hub.Contracts.Problems;
using Hub.Core.Pressure;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Pressure;

public sealed class DiskGuardTests
{
    private const long GiB = 1L << 30;
    private FixedDisk _disk = null!;
    private ManualClock _clock = null!;
    private DiskGuard _guard = null!;

    [SetUp]
    public void Create()
    {
        (_disk, _clock) = (new FixedDisk(), new ManualClock());
        _guard = new DiskGuard(_disk, _clock);
    }

    [TestCase(100 * GiB, GiB, ExpectedResult = true)]
    [TestCase(100 * GiB, GiB - 1, ExpectedResult = false)]
    [TestCase(10 * GiB, GiB / 2, ExpectedResult = true)]
    [TestCase(10 * GiB, (GiB / 2) - 1, ExpectedResult = false)]
    [TestCase(10 * GiB, 0, ExpectedResult = false)]
    public bool HasRoom_KeepsTheLesserOf1GiBAnd5Percent(long total, long free) => new DiskWatermark().HasRoom(new DiskSpace(free, total));

    [Test]
    public void RequireRoom_BelowTheWatermark_IsUnavailableWithRetryAfter_AndOpensAgain()
    {
        _disk.Space = FixedDisk.Full;
        var refused = Assert.Throws<ProblemException>(() => _guard.RequireRoom())!.Problem;
        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((ProblemCode.Unavailable, (TimeSpan?)TimeSpan.FromSeconds(30))));
        _disk.Space = FixedDisk.Roomy;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.DoesNotThrow(() => _guard.RequireRoom());
    }

    [Test]
    public void RequireRoom_WhatIsComing_Counts()
    {
        Assert.DoesNotThrow(() => _guard.RequireRoom(49 * GiB));
        Assert.Throws<ProblemException>(() => _guard.RequireRoom((49 * GiB) + 1));
    }

    [Test]
    public void RequireRoom_AsksTheDiskAtMostOnceASecond()
    {
        for (var i = 0; i < 100; i++) _guard.RequireRoom();
        Assert.That(_disk.Asked, Is.EqualTo(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _guard.RequireRoom();
        Assert.That(_disk.Asked, Is.EqualTo(2));
    }

    [Test]
    public void RequireRoom_DiskThatCannotBeAsked_ClosesNothing()
    {
        _disk.Broken = true;
        Assert.DoesNotThrow(() => _guard.RequireRoom());
    }
}
