using System.Diagnostics;
using Hub.Host.Telemetry;
using OpenTelemetry.Trace;

namespace Hub.Tests.Telemetry;

public sealed class KeyedSamplerTests
{
    private const int Traces = 20_000;

    [TestCase(0, 0, 0)]
    [TestCase(0.01, 100, 300, Description = "200, give or take seven deviations")]
    [TestCase(1, Traces, Traces)]
    public void ShouldSample_NumbersChosenLow_AreNoMoreThanTheShare(double share, int least, int most)
    {
        var sampler = new KeyedSampler(share);
        Assert.That(Enumerable.Range(1, Traces).Count(n => Samples(sampler, n)), Is.InRange(least, most));
    }

    [Test]
    public void ShouldSample_TheSameNumber_IsDecidedAlikeInOneProcessAndOtherwiseInAnother()
    {
        var (one, another) = (new KeyedSampler(0.5), new KeyedSampler(0.5));
        var decided = Enumerable.Range(1, 200).Select(n => Samples(one, n)).ToList();
        Assert.That(Enumerable.Range(1, 200).Select(n => Samples(one, n)), Is.EqualTo(decided));
        Assert.That(Enumerable.Range(1, 200).Select(n => Samples(another, n)), Is.Not.EqualTo(decided));
    }

    private static bool Samples(KeyedSampler sampler, int number) =>
        sampler.ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateFromString($"{number:x32}"), "hub.request", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample;
}
