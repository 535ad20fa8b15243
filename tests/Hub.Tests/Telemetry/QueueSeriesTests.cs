using Hub.Contracts.Addresses;
using Hub.Core.Storage;
using Hub.Host.Telemetry;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Telemetry;

[TestFixture]
public sealed class QueueSeriesTests
{
    [Test]
    public void Of_MoreSystemsThanKept_TellsTheDeepestAndTheRestTogether()
    {
        var queues = Enumerable.Range(1, 300).Select(static i => new QueueStatistics(SystemAddress.Parse($"H06/s{i}"), i, i == 7 ? Start : null)).ToList();

        var series = QueueSeries.Of(queues, Start.AddMinutes(1), most: 200);

        Assert.That(series, Has.Count.EqualTo(201));
        Assert.That(series[0], Is.EqualTo(new QueueSeries(new("system", "H06/s300"), 300, 0)));
        Assert.That(series[^1], Is.EqualTo(new QueueSeries(new("overflow", "true"), 5_050, 60)));
    }

    [Test]
    public void Of_AClockThatWentBack_HasNoAgeBelowZero() =>
        Assert.That(QueueSeries.Of([new QueueStatistics(Receiver, 1, Start)], Start.AddHours(-1)).Single().AgeSeconds, Is.Zero);
}
