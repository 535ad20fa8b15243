using Hub.Host.Telemetry;

namespace Hub.Tests.Host;

public sealed class MetricFamilyTests
{
    [Test]
    public void Record_SameTagsFromManyThreads_AddsUpInOneSeries()
    {
        var family = new MetricFamily("requests", MetricKind.Counter, unit: null, help: null);

        Parallel.For(0, 10_000, i => family.Record(1, [new("code", i % 3), new("method", "POST")]));

        var values = new List<double>();
        family.Read(series => values.Add(series.Value));
        Assert.That(values, Has.Count.EqualTo(3));
        Assert.That(values.Sum(), Is.EqualTo(10_000));
    }

    [Test]
    public void Keep_SameTagsTwice_FindsThem()
    {
        var sets = new TagSets();
        var series = new MetricSeries([], [], accumulates: true);

        sets.Keep([new("code", 1)], series);
        sets.Keep([new("code", 1)], series);

        Assert.That(sets.Find([new("code", 1)]), Is.SameAs(series));
        Assert.That(sets.Find([new("code", 2)]), Is.Null);
    }

    [Test]
    public void Record_MoreLabelSetsThanKept_CountsTheRestTogether()
    {
        var family = new MetricFamily("requests", MetricKind.Counter, unit: null, help: null);

        for (var i = 0; i < MetricFamily.MaxSeries + 500; i++) family.Record(1, [new("peer", i)]);

        var (count, overflow) = (0, 0d);
        family.Read(series =>
        {
            count++;
            if (series.Labels is [{ Key: "overflow" }]) overflow = series.Value;
        });
        Assert.That(count, Is.EqualTo(MetricFamily.MaxSeries + 1));
        Assert.That(overflow, Is.EqualTo(500));
    }
}
