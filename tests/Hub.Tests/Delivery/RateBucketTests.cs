using Hub.Core.Delivery;
using Hub.Core.Registry;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public sealed class RateBucketTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public void HasOne_ASecondsWorthAtOnce_ThenAsTimeGoes()
    {
        var bucket = new RateBucket();
        for (var i = 0; i < 5; i++, bucket = bucket.Take(5, Start)) Assert.That(bucket.HasOne(5, Start), $"number {i}");
        Assert.That(bucket.HasOne(5, Start.AddMilliseconds(199)), Is.False);
        Assert.That(bucket.HasOne(5, Start.AddMilliseconds(200)));
        Assert.That(bucket.HasOne(5, Start.AddDays(-1)), Is.False);
    }

    [Test]
    public void Take_OverAnyTime_IsNeverMoreThanTheRateAndASecondsWorth([Values(1, 7, 100)] int rate)
    {
        var (bucket, taken, now) = (new RateBucket(), 0, Start);
        for (var step = 0; step < 2_000; step++, now += TimeSpan.FromMilliseconds(5))
        {
            if (!bucket.HasOne(rate, now)) continue;
            bucket = bucket.Take(rate, now);
            taken++;
        }

        Assert.That(taken, Is.InRange(rate * 10, rate * 11));
    }

    [Test]
    public async Task Dispatcher_WithAMaxRate_BeginsNoMoreInASecond()
    {
        await using var bench = await StartAsync(Content(new DeliveryPolicy { MaxRate = 3 }));
        bench.Dispatch();
        for (var i = 0; i < 8; i++) await bench.AcceptAsync($"{i}", Pushed);
        foreach (var expected in new[] { 3, 6, 8 })
        {
            await bench.Channel.SentAsync(expected);
            Assert.That(bench.Channel.Sent, Has.Count.EqualTo(expected));
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
