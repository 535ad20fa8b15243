using System.Diagnostics;
using Hub.Contracts.Envelopes;
using Hub.Core.Tracing;
using Hub.Tests.Time;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Tracing;

[TestFixture]
public sealed class TraceMemoryTests
{
    [Test]
    public void Keep_MoreThanItHolds_ForgetsTheOldest()
    {
        var memory = new TraceMemory(3);
        for (var i = 0; i < 5; i++) memory.Keep(Key(i), Place());
        Assert.That(Enumerable.Range(0, 5).Where(i => memory.Find(Key(i)) is not null), Is.EqualTo(new[] { 2, 3, 4 }));
    }

    [Test]
    public void Keep_AMessageSentAgain_StaysInItsFirstTrace()
    {
        var (memory, first) = (new TraceMemory(3), Place());
        memory.Keep(Key(1), first);
        memory.Keep(Key(1), Place());
        Assert.That(memory.Find(Key(1)), Is.EqualTo(first));
    }

    [Test]
    public void TryTake_MoreThanASecondAllows_RefusesUntilTheNext()
    {
        var clock = new ManualClock();
        var forced = new ForcedTraces(clock, most: 2);
        Assert.That(new[] { forced.TryTake(), forced.TryTake(), forced.TryTake() }, Is.EqualTo(new[] { true, true, false }));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(forced.TryTake(), Is.True);
    }

    [Test]
    public void BeginRequest_WhileNobodyListens_MakesNothing() => Assert.That(MessageTrace.BeginRequest("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), Is.Null);

    private static MessageKey Key(int i) => MessageKey.Of(Sender, $"m{i}");

    private static ActivityContext Place() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
}
