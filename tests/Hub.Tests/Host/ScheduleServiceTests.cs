using Hub.Core.Nodes;
using Hub.Core.Time;
using Hub.Host.Composition.Schedule;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;

namespace Hub.Tests.Host;

/// <summary>The schedule on a real Quartz scheduler.</summary>
public sealed class ScheduleServiceTests
{
    [Test]
    public void Cron_OfTheDay_MeansVietnamsHours()
    {
        var cron = new CronExpression(new ExpiryWork(null!, NullLogger<ExpiryWork>.Instance).Cron) { TimeZone = ScheduleService.Vietnam };
        var next = cron.GetNextValidTimeAfter(new DateTimeOffset(2026, 3, 2, 23, 59, 59, TimeSpan.Zero));
        Assert.That(next, Is.EqualTo(new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero)), "07:00 in Vietnam");
    }

    [Test]
    public void Cron_OfProposals_MeansEveryHour()
    {
        var cron = new CronExpression(new ProposalWork(null!, NullLogger<ProposalWork>.Instance).Cron) { TimeZone = ScheduleService.Vietnam };
        var first = cron.GetNextValidTimeAfter(new DateTimeOffset(2026, 3, 2, 23, 59, 59, TimeSpan.Zero))!.Value;
        Assert.That(cron.GetNextValidTimeAfter(first), Is.EqualTo(first.AddHours(1)));
    }

    [Test, CancelAfter(30_000)]
    public async Task Stop_WhileWorkRuns_CancelsItAndWaits(CancellationToken cancellationToken)
    {
        var work = new Work(started => Task.Delay(Timeout.Infinite, started));
        using var schedule = new ScheduleService([work], new DutyCommitters(null!, new ThisNode()), new HubClock(), NullLogger<ScheduleService>.Instance);
        await schedule.StartAsync(cancellationToken);
        await work.Started.WaitAsync(cancellationToken);
        await schedule.StopAsync(cancellationToken);
        Assert.That(work.Ended, Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task Run_WorkFails_OthersGoOn(CancellationToken cancellationToken)
    {
        var failing = new Work(static _ => throw new InvalidOperationException("broken")) { Name = "failing" };
        var good = new Work(static _ => Task.CompletedTask);
        using var schedule = new ScheduleService([failing, good], new DutyCommitters(null!, new ThisNode()), new HubClock(), NullLogger<ScheduleService>.Instance);
        await schedule.StartAsync(cancellationToken);
        await Task.WhenAll(failing.Started, good.Started).WaitAsync(cancellationToken);
        await schedule.StopAsync(cancellationToken);
        Assert.That(good.Ended, Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task Run_OnlyWhereTheDutyIsHeld_AndAgainInEachNewTerm(CancellationToken cancellationToken)
    {
        var node = new ThisNode();
        node.Became(Holding(("other", 1)));
        var runs = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        var work = new Work(async started => await runs.Writer.WriteAsync(true, started));
        var other = new Work(static _ => Task.CompletedTask) { Name = "other" };
        using var schedule = new ScheduleService([work, other], new DutyCommitters(null!, node), new HubClock(), NullLogger<ScheduleService>.Instance);
        await schedule.StartAsync(cancellationToken);
        await other.Started.WaitAsync(cancellationToken);
        Assert.That(runs.Reader.Count, Is.Zero, "another node's");
        node.Became(Holding(("work", 3)));
        await runs.Reader.ReadAsync(cancellationToken);
        node.Became(Holding(("work", 5)));
        await runs.Reader.ReadAsync(cancellationToken);
        await schedule.StopAsync(cancellationToken);
    }

    private static NodeStanding Holding(params (string Duty, long Term)[] duties) => new()
    {
        Number = 1, Incarnation = 1, BeatAt = TimeProvider.System.GetTimestamp(), Lease = TimeSpan.MaxValue, Duties = duties.ToDictionary(static d => d.Duty, static d => d.Term),
    };

    private sealed class Work(Func<CancellationToken, Task> run) : IScheduledWork
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name { get; init; } = "work";

        public string Cron => "0 0 7 * * ?";

        public bool AtStart => true;

        public Task Started => _started.Task;

        public bool Ended { get; private set; }

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            _started.TrySetResult();
            try
            {
                await run(cancellationToken);
            }
            finally
            {
                Ended = true;
            }
        }
    }
}
