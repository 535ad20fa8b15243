using Hub.Core.Delivery;

namespace Hub.Tests.Delivery;

public sealed class PriorityTurnsTests
{
    [Test]
    public void PriorityOf_OverARound_GivesEachTwiceTheTurnsOfTheNextLower()
    {
        var turns = Enumerable.Range(7, PriorityTurns.Round).CountBy(PriorityTurns.PriorityOf).ToDictionary();
        Assert.That(turns, Is.EquivalentTo(new Dictionary<int, int> { [4] = 16, [3] = 8, [2] = 4, [1] = 2, [0] = 1 }));
    }

    [Test]
    public void PriorityOf_EverySecondTurn_IsTheMostUrgents() =>
        Assert.That(Enumerable.Range(0, 31).Select(PriorityTurns.PriorityOf).Index().Where(t => t.Index % 2 == 0).Select(t => t.Item), Is.All.EqualTo(4));

    [Test]
    public void ShareOf_AnyTurnAndCount_IsTheCountOfItsTurns([Values(-40, 0, 1, 15, 30, 31, int.MaxValue)] int turn, [Values(0, 1, 2, 30, 31, 32, 100, 256)] int count)
    {
        var turns = new int[PriorityTurns.Priorities];
        var at = turn;
        for (var i = 0; i < count; i++, at = PriorityTurns.After(at, 1)) turns[PriorityTurns.PriorityOf(at)]++;
        Assert.That(Enumerable.Range(0, PriorityTurns.Priorities).Select(p => PriorityTurns.ShareOf(p, turn, count)), Is.EqualTo(turns));
        Assert.That(PriorityTurns.PriorityOf(PriorityTurns.After(turn, count)), Is.EqualTo(PriorityTurns.PriorityOf(at)));
    }

    [Test]
    public void Take_AnyStreamOfMoreUrgentOnes_NeverStarvesAPriority_NorOvertakesWithinOne([Random(0, int.MaxValue, 20)] int seed)
    {
        var random = new Random(seed);
        var queue = new WeightedQueue();
        var (id, last, waited) = (0L, new long[PriorityTurns.Priorities], new int[PriorityTurns.Priorities]);
        for (var step = 0; step < 2_000; step++)
        {
            var present = queue.Items.Select(h => h.Priority).ToHashSet();
            for (var more = random.Next(0, 3); more >= 0; more--) queue.Add(Held(++id, random.Next(3) == 0 ? random.Next(PriorityTurns.Priorities) : 4));
            if (queue.Count == 0) continue;
            var taken = queue.Take();
            Assert.That(taken.Delivery.Id, Is.GreaterThan(last[taken.Priority]));
            last[taken.Priority] = taken.Delivery.Id;
            foreach (var priority in present) waited[priority]++;
            waited[taken.Priority] = 0;
            Assert.That(waited, Is.All.LessThanOrEqualTo(PriorityTurns.Round));
        }
    }

    [Test]
    public void Take_OneUrgentBehindManyOrdinaryOnes_IsNext()
    {
        var queue = new WeightedQueue();
        for (var id = 1; id <= 1_000; id++) queue.Add(Held(id, 0));
        for (var i = 0; i < 5; i++) queue.Take();
        queue.Add(Held(5_000, 4));
        var taken = new[] { queue.Take(), queue.Take() };
        Assert.That(taken.Select(h => h.Delivery.Id), Does.Contain(5_000));
    }

    private static HeldDelivery Held(long id, int priority) =>
        new(Storage.StoreSamples.NewDelivery(Storage.StoreSamples.NewMessage("m")) with { Id = id }, priority);
}
