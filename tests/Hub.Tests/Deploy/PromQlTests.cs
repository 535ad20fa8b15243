namespace Hub.Tests.Deploy;

[TestFixture]
public sealed class PromQlTests
{
    [TestCase("sum by (code) (rate(hub_refusals_total{code=\"unavailable\"}[5m])) > 0.1")]
    [TestCase("a / b < 0.05 or -c == 0")]
    [TestCase("a and on (instance) rate(b[5m]) == 0")]
    [TestCase("max(a) < max(max_over_time(a[1h]))")]
    [TestCase("histogram_quantile(0.99, sum by (le) (rate(a_bucket[$__rate_interval])))")]
    public void Parse_WellFormed_Passes(string expression) => Assert.That(() => PromQl.Parse(expression), Throws.Nothing);

    [TestCase("sum(rate(a[5m])")]
    [TestCase("sum rate(a[5m]))")]
    [TestCase("rat(a[5m])")]
    [TestCase("rate(a[5 minutes])")]
    [TestCase("a{code=unavailable}")]
    [TestCase("a{code=\"x\"")]
    [TestCase("a b")]
    [TestCase("a >")]
    [TestCase("")]
    public void Parse_Broken_Refuses(string expression) => Assert.That(() => PromQl.Parse(expression), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_Selectors_TellsMetricsAndLabels()
    {
        var parsed = PromQl.Parse("sum by (system) (a{x=\"1\",y=~\"2|3\"}) / b");
        Assert.That(parsed.Reads.Select(static r => r.Name), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(parsed.Reads[0].Labels, Is.EquivalentTo(new[] { "x", "y" }));
        Assert.That(parsed.GroupedBy, Is.EquivalentTo(new[] { "system" }));
    }
}
