using Hub.Core.Nodes;
using Hub.Core.Notices;
using Hub.Core.Registry;

namespace Hub.Host.Composition.Schedule;

/// <summary>Tells of keys that end soon: at the start, and every day before offices open.</summary>
internal sealed class ExpiryWork(ExpiryNotices notices, ILogger<ExpiryWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.KeyExpiry;

    /// <inheritdoc/>
    public string Cron => "0 0 7 * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await notices.TellAsync(cancellationToken) is > 0 and var told) log.LogWarning("{Keys} keys end soon: see 'hub key expiring'", told);
    }
}

/// <summary>Tells the users of services that will end: every day before offices open.</summary>
internal sealed class ServiceEndWork(ServiceEndNotices notices, ILogger<ServiceEndWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.ServiceEnd;

    /// <inheritdoc/>
    public string Cron => "0 10 7 * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await notices.TellAsync(cancellationToken) is > 0 and var told) log.LogInformation("{Notices} systems were told that a service ends", told);
    }
}

/// <summary>Ends proposals that nobody decided in time, each hour.</summary>
internal sealed class ProposalWork(RegistryService registry, ILogger<ProposalWork> log) : IScheduledWork
{
    /// <inheritdoc/>
    public string Name => Duties.Proposals;

    /// <inheritdoc/>
    public string Cron => "0 20 * * * ?";

    /// <inheritdoc/>
    public bool AtStart => true;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await registry.ExpireProposalsAsync(cancellationToken) is > 0 and var expired) log.LogInformation("{Proposals} proposals ran out of time", expired);
    }
}
