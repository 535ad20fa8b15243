using Hub.Host.Api;
using Hub.Tests.Time;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class InlineRoomTests
{
    private const long Capacity = 8 * 1024 * 1024;
    private readonly BodyBudget _budget = new(Capacity, new ManualClock());

    [Test]
    public void TryTake_BeyondTheAnswersRoom_LeavesItToTheUrl()
    {
        using var room = new InlineRoom(_budget, "A", 1_000);
        Assert.Multiple(() =>
        {
            Assert.That(room.TryTake(900), Is.True);
            Assert.That(room.TryTake(101), Is.False);
            Assert.That(room.TryTake(100), Is.True);
        });
    }

    [Test]
    public void TryTake_BeyondTheCallersShareOfTheBudget_LeavesItToTheUrl()
    {
        using (var other = _budget.Begin("A", 1))
        {
            other.Hold(Capacity / 8);
            using var room = new InlineRoom(_budget, "A", Capacity);
            Assert.That(room.TryTake(BodyBudget.SmallBody), Is.True, "small answers pass always");
            Assert.That(room.TryTake(1), Is.False);
        }

        using var later = new InlineRoom(_budget, "A", Capacity);
        Assert.That(later.TryTake(BodyBudget.SmallBody + 1), Is.True);
        Assert.That(_budget.Free, Is.EqualTo(Capacity - BodyBudget.SmallBody - 1));
    }
}
