using System.Collections.Specialized;
using System.Globalization;
using Hub.Core.Nodes;
using Hub.Core.Time;
using Quartz;
using Quartz.Impl;
using Quartz.Spi;

namespace Hub.Host.Composition.Schedule;

/// <summary>Runs the scheduled work of the hub on a Quartz scheduler in memory, each on the node that holds its duty: what was done
/// stands in the hub's own store, so neither a restart nor a change of nodes forgets or repeats. Stopping cancels what runs and
/// waits for it.</summary>
internal sealed class ScheduleService(IEnumerable<IScheduledWork> works, DutyCommitters duties, HubClock clock, ILogger<ScheduleService> log) : BackgroundService
{
    private static readonly TimeSpan DutyInterval = TimeSpan.FromSeconds(1);

    /// <summary>Vietnam keeps one offset all the year.</summary>
    internal static readonly TimeZoneInfo Vietnam = TimeZoneInfo.CreateCustomTimeZone("Vietnam", TimeSpan.FromHours(7), "Vietnam", "Vietnam");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the node does not wait for it.
        await Task.Yield();
        SystemTime.UtcNow = clock.GetUtcNow;
        var scheduler = await new StdSchedulerFactory(new NameValueCollection
        {
            [StdSchedulerFactory.PropertySchedulerInstanceName] = $"hub-{Guid.NewGuid():n}",
            [StdSchedulerFactory.PropertyThreadPoolPrefix + ".maxConcurrency"] = works.Count().ToString(CultureInfo.InvariantCulture),
        }).GetScheduler(stoppingToken);
        try
        {
            scheduler.JobFactory = new Jobs(works, duties, clock, log, stoppingToken);
            foreach (var work in works) await AddAsync(scheduler, work, stoppingToken);
            await scheduler.Start(stoppingToken);
            await StartTakenAsync(scheduler, stoppingToken);
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

    /// <summary>Work whose duty this node has taken begins at once, wherever it was done before.</summary>
    private async Task StartTakenAsync(IScheduler scheduler, CancellationToken stoppingToken)
    {
        var terms = works.Where(static w => w.AtStart).ToDictionary(static w => w.Name, static _ => 0L);
        while (true)
        {
            foreach (var work in terms.Keys)
            {
                if (duties.Of(work).Open is not { } term || terms[work] == term) continue;
                terms[work] = term;
                await scheduler.TriggerJob(new JobKey(work), stoppingToken);
            }

            await Task.Delay(DutyInterval, stoppingToken);
        }
    }

    private static async Task AddAsync(IScheduler scheduler, IScheduledWork work, CancellationToken cancellationToken)
    {
        var job = JobBuilder.Create<WorkJob>().WithIdentity(work.Name).Build();
        var trigger = TriggerBuilder.Create().WithIdentity(work.Name).ForJob(job)
            .WithCronSchedule(work.Cron, static cron => cron.InTimeZone(Vietnam).WithMisfireHandlingInstructionFireAndProceed()).Build();
        await scheduler.ScheduleJob(job, trigger, cancellationToken);
    }

    private sealed class Jobs(IEnumerable<IScheduledWork> works, DutyCommitters duties, HubClock clock, ILogger log, CancellationToken stoppingToken) : IJobFactory
    {
        public IJob NewJob(TriggerFiredBundle bundle, IScheduler scheduler) =>
            new WorkJob(works.First(w => w.Name == bundle.JobDetail.Key.Name), duties.Of(bundle.JobDetail.Key.Name), clock, log, stoppingToken);

        public void ReturnJob(IJob job)
        {
            // Jobs hold nothing.
        }
    }

    [DisallowConcurrentExecution]
    private sealed class WorkJob(IScheduledWork work, DutyCommitter duty, HubClock clock, ILogger log, CancellationToken stoppingToken) : IJob
    {
        public async Task Execute(IJobExecutionContext context)
        {
            // What goes by dates waits until they are certain.
            if (clock.Doubt is not null || !duty.TryBegin()) return;
            try
            {
                await work.RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // What is left is done after the next start.
            }
            catch (DutyLostException lost)
            {
                log.LogInformation("{Reason}", lost.Message);
            }
            catch (Exception failure)
            {
                log.LogError(failure, "{Work} failed; it is done again at its next hour", work.Name);
            }
        }
    }
}
