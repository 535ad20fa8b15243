using Hub.Core.Delivery;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Delivery;

public class OctetBudgetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly ManualClock _clock = new();

    [Test]
    public async Task Take_BeyondTheBudget_WaitsUntilRoomIsGiven()
    {
        var budget = new OctetBudget(100);
        var first = await TakeAsync(budget, 60);
        var second = TakeAsync(budget, 60);
        Assert.That((second.IsCompleted, budget.IsShort), Is.EqualTo((false, true)));
        first!.Dispose();
        first.Dispose();
        Assert.That(await second.WaitAsync(TimeSpan.FromSeconds(20)), Is.Not.Null);
        Assert.That(TakeAsync(budget, 60).IsCompleted, Is.False, "given twice");
    }

    [Test]
    public async Task Take_LargerThanTheBudget_RunsAlone()
    {
        var budget = new OctetBudget(100);
        using var large = await TakeAsync(budget, 1_000);
        Assert.That(large, Is.Not.Null);
        Assert.That(TakeAsync(budget, 1).IsCompleted, Is.False);
    }

    [Test]
    public async Task Take_NoRoomWithinThePatience_GivesUpAndLetsOthersPass()
    {
        var budget = new OctetBudget(100);
        using var held = await TakeAsync(budget, 60);
        var large = TakeAsync(budget, 90);
        var small = TakeAsync(budget, 40);
        Assert.That(small.IsCompleted, Is.False, "it passed one that came before");
        _clock.Advance(Patience);
        Assert.That(await large.WaitAsync(TimeSpan.FromSeconds(20)), Is.Null);
        await small.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(budget.IsShort, Is.False);
    }

    private Task<OctetBudget.Room?> TakeAsync(OctetBudget budget, long octets) => budget.TakeAsync(octets, Patience, _clock, CancellationToken.None).AsTask();
}
