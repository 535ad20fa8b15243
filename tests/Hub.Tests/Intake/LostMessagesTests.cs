using Hub.Contracts.Envelopes;
using Hub.Core.Intake;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Intake;

public sealed class LostMessagesTests
{
    private readonly LostMessages _lost = new(new ManualClock());

    [Test]
    public void Add_MoreThanAreRemembered_ForgetsTheOldest()
    {
        for (var i = 0; i <= LostMessages.Most; i++) _lost.Add(Key(i), "a");
        Assert.That((_lost.Holds(Key(0), "a"), _lost.Holds(Key(1), "a"), _lost.Holds(Key(LostMessages.Most), "a")), Is.EqualTo((false, true, true)));
    }

    private static MessageKey Key(int i) => MessageKey.Of(IntakeBench.Province, $"{i}");
}
