using System.Globalization;

namespace Hub.IntegrationTests.Faults;

/// <summary>What happened when, and how the traffic went on. Prints a line for each round.</summary>
internal sealed class Rounds
{
    /// <summary>What the design promises is 10 s; machines of tests are busy.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private readonly List<(string Name, long From, long Until, string Notes)> _rounds = [];

    /// <summary>Cases that one test runs at a time, five rounds each: 50 with <c>HUB_TEST_LONG=1</c>.</summary>
    internal static IEnumerable<int> Cases => Enumerable.Range(1, Environment.GetEnvironmentVariable("HUB_TEST_LONG") == "1" ? 10 : 1);

    internal const int Each = 5;

    /// <summary>What is done when. The seed is printed; <c>HUB_TEST_SEED</c> sets it. Which message a fault meets is still chance.</summary>
    internal static Random Chance()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HUB_TEST_SEED"), out var set) ? set : Environment.TickCount;
        TestContext.Out.WriteLine($"HUB_TEST_SEED={seed}");
        return new Random(seed);
    }

    internal async Task RunAsync(string name, Func<Task<string>> fault)
    {
        var from = Environment.TickCount64;
        var notes = await fault();
        _rounds.Add((name, from, Environment.TickCount64, notes));
        await TestContext.Progress.WriteLineAsync($"  {name}: {notes}");
    }

    /// <summary>Prints the figures and checks that traffic went on in time.</summary>
    internal void Report(Traffic traffic)
    {
        var receipted = traffic.Receipted.OrderBy(static sent => sent.ReceiptedAt).ToList();
        List<string> slow = [];
        foreach (var (name, from, until, notes) in _rounds)
        {
            var within = receipted.Where(sent => sent.ReceiptedAt >= from && sent.ReceiptedAt < until).ToList();
            long[] moments = [from, .. within.Select(static sent => sent.ReceiptedAt), until];
            var silence = moments.Zip(moments.Skip(1), static (a, b) => b - a).Max();
            var pushed = within.Select(static sent => sent.PushedAt - sent.ReceiptedAt).DefaultIfEmpty().Max();
            var claimed = within.Select(static sent => sent.ClaimedAt - sent.ReceiptedAt).DefaultIfEmpty().Max();
            TestContext.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {notes}; {within.Count * 1000L / Math.Max(until - from, 1)} receipts/s, longest without any {silence} ms, slowest push {pushed} ms, slowest into the mailbox {claimed} ms"));
            if (Math.Max(silence, Math.Max(claimed, pushed)) > Bound.TotalMilliseconds) slow.Add(name);
        }

        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_rounds.Count} faults, {receipted.Count} receipted, {traffic.Pushes} pushes, {traffic.Witness.Unavailable} times unavailable, {traffic.Witness.Broken} calls broken off"));
        Assert.That(receipted, Has.Count.GreaterThan(_rounds.Count * 50), "The load was too small to show anything.");
        Assert.That(slow, Is.Empty, $"Traffic did not go on within {Bound.TotalSeconds} s.");
    }
}
