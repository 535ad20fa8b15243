using Hub.Core.Pressure;

namespace Hub.Tests.Pressure;

public sealed class SendBucketTests
{
    private static readonly SendQuota TwoASecond = new(Rate: 2, Burst: 5);

    [Test]
    public void Take_AfterAPause_GivesTheBurstAndThenTheRate()
    {
        var bucket = new SendBucket(TwoASecond.Burst, TimeSpan.Zero);
        for (var i = 0; i < 5; i++) bucket = Taken(bucket, TimeSpan.Zero);
        var refused = bucket.Take(TwoASecond, TimeSpan.Zero);
        Assert.That(refused.Wait, Is.EqualTo(TimeSpan.FromMilliseconds(500)));
        Assert.That(refused.Bucket.Take(TwoASecond, TimeSpan.FromMilliseconds(499)).Wait, Is.EqualTo(TimeSpan.FromMilliseconds(1)));
        bucket = Taken(refused.Bucket, TimeSpan.FromMilliseconds(500));
        Assert.That(bucket.Take(TwoASecond, TimeSpan.FromMilliseconds(500)).Wait, Is.EqualTo(TimeSpan.FromMilliseconds(500)));
    }

    [Test]
    public void Take_AfterALongPause_HoldsNoMoreThanTheBurst()
    {
        var bucket = new SendBucket(0, TimeSpan.Zero);
        for (var i = 0; i < 5; i++) bucket = Taken(bucket, TimeSpan.FromDays(1));
        Assert.That(bucket.Take(TwoASecond, TimeSpan.FromDays(1)).Wait, Is.Not.Null);
    }

    [TestCase(0.01, ExpectedResult = 1)]
    [TestCase(0.25, ExpectedResult = 3)]
    [TestCase(20, ExpectedResult = 200)]
    public int UsualBurst_IsTenSecondsOfTheRate(double rate) => SendQuota.UsualBurst(rate);

    private static SendBucket Taken(SendBucket bucket, TimeSpan now)
    {
        var decision = bucket.Take(TwoASecond, now);
        Assert.That(decision.Wait, Is.Null);
        return decision.Bucket;
    }
}
