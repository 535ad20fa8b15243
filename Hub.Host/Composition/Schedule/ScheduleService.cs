using System.Collections.Specialized;
using Quartz;
using Quartz.Impl;
using Quartz.Spi;

namespace Hub.Host.Composition.Schedule;

/// <summary>Runs the scheduled work of a node on a Quartz scheduler in memory: what was done stands in the hub's own store, so a
/// restart neither forgets nor repeats. Stopping cancels what runs and waits for it.</summary>
internal sealed class ScheduleService(IEnumerable<IScheduledWork> works, ILogger<ScheduleService> log) : BackgroundService
{
    /// <summary>Vietnam keeps one offset all the year.</summary>
    internal static readonly TimeZoneInfo Vietnam = TimeZoneInfo.CreateCustomTimeZone("Vietnam", TimeSpan.FromHours(7), "Vietnam", "Vietnam");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        var scheduler = await new StdSchedulerFactory(new NameValueCollection
        {
            [StdSchedulerFactory.PropertySchedulerInstanceName] = $"hub-{Guid.NewGuid():n}",
            [StdSchedulerFactory.PropertyThreadPoolPrefix + ".maxConcurrency"] = "2",
        }).GetScheduler(stoppingToken);
        try
        {
            scheduler.JobFactory = new Jobs(works, log, stoppingToken);
            foreach (var work in works) await AddAsync(scheduler, work, stoppingToken);
            await scheduler.Start(stoppingToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping ends the schedule.
        }
        finally
        {
            await scheduler.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
        }
    }

    private static async Task AddAsync(IScheduler scheduler, IScheduledWork work, CancellationToken cancellationToken)
    {
        var job = JobBuilder.Create<WorkJob>().WithIdentity(work.Name).Build();
        HashSet<ITrigger> triggers =
        [
            TriggerBuilder.Create().WithIdentity(work.Name).ForJob(job)
                .WithCronSchedule(work.Cron, static cron => cron.InTimeZone(Vietnam).WithMisfireHandlingInstructionFireAndProceed()).Build(),
        ];
        if (work.AtStart) triggers.Add(TriggerBuilder.Create().WithIdentity(work.Name, "start").ForJob(job).StartNow().Build());
        await scheduler.ScheduleJob(job, triggers, replace: false, cancellationToken);
    }

    private sealed class Jobs(IEnumerable<IScheduledWork> works, ILogger log, CancellationToken stoppingToken) : IJobFactory
    {
        public IJob NewJob(TriggerFiredBundle bundle, IScheduler scheduler) =>
            new WorkJob(works.First(w => w.Name == bundle.JobDetail.Key.Name), log, stoppingToken);

        public void ReturnJob(IJob job)
        {
            // Jobs hold nothing.
        }
    }

    [DisallowConcurrentExecution]
    private sealed class WorkJob(IScheduledWork work, ILogger log, CancellationToken stoppingToken) : IJob
    {
        public async Task Execute(IJobExecutionContext context)
        {
            try
            {
                await work.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // What is left is done after the next start.
            }
            catch (Exception failure)
            {
                log.LogError(failure, "{Work} failed; it is done again at its next hour", work.Name);
            }
        }
    }
}
