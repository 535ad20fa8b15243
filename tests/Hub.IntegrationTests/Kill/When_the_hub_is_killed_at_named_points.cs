using System.Runtime.Versioning;
using Hub.IntegrationTests.OneHub;

namespace Hub.IntegrationTests.Kill;

/// <summary>SIGKILL before and after each step that makes something durable, and before and after the answer that promises it.</summary>
[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_the_hub_is_killed_at_named_points
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("HUB_TEST_LONG") == "1" ? 100 : 10;

    /// <summary>What, on which file, and which time at most.</summary>
    private static readonly (string Name, string Point, int Most)[] Points =
    [
        ("rows written", "write:/hub.db-wal", 600),
        ("rows synced", "sync:/hub.db-wal", 60),
        ("bodies written", "write:/bodies/", 40),
        ("bodies synced", "sync:.seg", 40),
        ("a new segment's name synced", "sync:/bodies$", 1),
        ("rows copied into the database", "write:/hub.db$", 20),
        ("the log's head written aside", "sync:.tmp", 4),
        ("a file put in its place", "rename:/", 6),
        ("an upload written", "write:.part", 12),
        ("an upload synced", "sync:.part", 6),
        ("an upload's name synced", "sync:/uploads/", 12),
        ("an upload's note taken away", "unlink:.unnamed", 4),
        ("a receipt given", "answer:HTTP/1.1 202", 60),
        ("anything answered", "answer:HTTP/1.1 20", 200),
    ];

    [Test, CancelAfter(1_800_000)]
    public async Task Should_keep_every_promise_it_receipted(CancellationToken stop)
    {
        var random = Faults.Rounds.Chance();
        await using var hub = await LoneHub.BeginAsync();
        await hub.ReceiveAsync(20, stop);
        await hub.Process.KillAsync();
        (string Name, string Point, int Most, string When)[] all = [.. Points.SelectMany(static p => new[] { (p.Name, p.Point, p.Most, "before"), (p.Name, p.Point, p.Most, "after") })];
        random.Shuffle(all);
        var met = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var (name, point, most, when) = all[round % all.Length];
            var time = random.Next(1, most + 1);
            var died = await RunToItsEndAsync(hub, $"{point}:{time}:{when}", stop);
            if (died) met++;
            await TestContext.Out.WriteLineAsync($"{when} {name}, time {time}: {(died ? "died" : "not met")}");
        }

        await hub.StartAsync();
        await hub.ReceiveAsync(20, stop);
        await hub.EndAsync(stop);
        Assert.That(met, Is.GreaterThan(Rounds / 2), "Most points must be met, or this shows nothing.");
    }

    /// <returns>Whether it met its point; otherwise it was killed where it was.</returns>
    private static async Task<bool> RunToItsEndAsync(LoneHub hub, string point, CancellationToken stop)
    {
        try
        {
            await hub.StartAsync(("SHIM_KILL", point));
        }
        catch (InvalidOperationException died)
        {
            Assert.That(died.Message, Does.StartWith("The hub exited with 137."), "It did not start for another reason.");
            return true;
        }

        var deadline = Environment.TickCount64 + 8_000;
        while (!hub.Process.HasExited && Environment.TickCount64 < deadline) await Task.Delay(20, stop);
        var met = hub.Process.HasExited;
        if (!met) await hub.Process.KillAsync();
        return met;
    }
}
