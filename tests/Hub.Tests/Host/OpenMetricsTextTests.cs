using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Hub.Host.Telemetry;

namespace Hub.Tests.Host;

[TestFixture]
public sealed partial class OpenMetricsTextTests
{
    [Test]
    public void Write_Counter_HasTotal()
    {
        var family = new MetricFamily("hub_refusals", MetricKind.Counter, null, "Refused.");
        family.Record(2, [new("code", "not-found")]);
        family.Record(1, [new("code", "not-found")]);
        Assert.That(OpenMetricsText.Write([family]), Is.EqualTo("# TYPE hub_refusals counter\n# HELP hub_refusals Refused.\nhub_refusals_total{code=\"not-found\"} 3\n# EOF\n"));
    }

    [Test]
    public void Write_Histogram_BucketsAreCumulativeAndEndAtCount()
    {
        var family = new MetricFamily("hub_accept_duration_seconds", MetricKind.Histogram, "seconds", null);
        foreach (var value in new[] { 0.0005, 0.004, 0.004, 3, 100 }) family.Record(value, []);
        var lines = OpenMetricsText.Write([family]).Split('\n');
        var buckets = lines.Where(static line => line.Contains("_bucket", StringComparison.Ordinal)).Select(static line => long.Parse(line.Split(' ')[1])).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(buckets, Is.Ordered);
            Assert.That(lines, Does.Contain("hub_accept_duration_seconds_bucket{le=\"0.005\"} 3"));
            Assert.That(lines, Does.Contain("hub_accept_duration_seconds_bucket{le=\"+Inf\"} 5"));
            Assert.That(lines, Does.Contain("hub_accept_duration_seconds_count 5"));
        });
    }

    [Test]
    public void Record_ManyLabelSets_AreBounded()
    {
        var family = new MetricFamily("x", MetricKind.Counter, null, null);
        for (var i = 0; i < 5_000; i++) family.Record(1, [new("peer", i)]);
        var series = 0;
        double sum = 0;
        family.Read(s => (series, sum) = (series + 1, sum + s.Value));
        Assert.Multiple(() =>
        {
            Assert.That(series, Is.EqualTo(MetricFamily.MaxSeries + 1));
            Assert.That(sum, Is.EqualTo(5_000));
        });
    }

    [Test]
    public void Record_Gauge_ReplacesUnlessItAccumulates()
    {
        var gauge = new MetricFamily("g", MetricKind.Gauge, null, null, accumulates: false);
        var upDown = new MetricFamily("u", MetricKind.Gauge, null, null);
        foreach (var family in new[] { gauge, upDown })
        {
            family.Record(5, []);
            family.Record(-2, []);
        }

        Assert.That(OpenMetricsText.Write([gauge, upDown]), Does.Contain("\ng -2\n").And.Contain("\nu 3\n"));
    }

    [Test]
    public void Write_AnyNamesAndValues_FollowsTheGrammar() => Prop.ForAll<string, string, double>((name, value, number) =>
    {
        var family = new MetricFamily(MetricLabels.Name("hub." + name), MetricKind.Counter, null, value);
        family.Record(number, [new(name ?? "", value)]);
        return Lines(OpenMetricsText.Write([family])).All(static line => Grammar().IsMatch(line));
    }).QuickCheckThrowOnFailure();

    internal static IEnumerable<string> Lines(string text)
    {
        Assert.That(text, Does.EndWith("# EOF\n"));
        return text.TrimEnd('\n').Split('\n');
    }

    /// <summary>One line of OpenMetrics 1.0: metadata, sample, or the end.</summary>
    [GeneratedRegex("""^(# (TYPE [a-zA-Z_:][\w:]* (counter|gauge|histogram)|UNIT [a-zA-Z_:][\w:]* \w+|HELP [a-zA-Z_:][\w:]* ([^\n\\"]|\\[\\n"])*|EOF)|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_]\w*="([^\n\\"]|\\[\\n"])*"(,[a-zA-Z_]\w*="([^\n\\"]|\\[\\n"])*")*\})? (-?[0-9.]+(E[+-]?[0-9]+)?|[+-]Inf|NaN))\z""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    internal static partial Regex Grammar();
}
