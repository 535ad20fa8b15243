namespace Hub.Host.Composition.Schedule;

/// <summary>Something the hub does at certain hours of Vietnam's day, on the node that holds the duty of its name. Register one as a
/// service and it is scheduled.</summary>
internal interface IScheduledWork
{
    /// <summary>Its name in the log, and that of its duty.</summary>
    string Name { get; }

    /// <summary>When, as a Quartz cron expression in Vietnam time: seconds, minutes, hours, day of month, month, day of week.</summary>
    string Cron { get; }

    /// <summary>Whether it is also done once when a node has taken its duty: at the start, and when another one held it.</summary>
    bool AtStart { get; }

    /// <summary>Does it; never twice at the same time.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
