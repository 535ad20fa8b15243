using Hub.Contracts.Addresses;
using Hub.Contracts.Messages;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Notices;

/// <summary>Tells the users of a service that it will end: every system that sent it within 90 days gets one notice for its
/// deprecation and one for its sunset, once for each date. The message's own acceptance is its entry in the log.</summary>
public sealed class ServiceEndNotices(IRegistry registry, IHubStore store, ICommitter committer, IHubKeys keys, Lazy<IIntake> intake, TimeProvider clock)
{
    private const string Kind = "service";
    private const int MostPages = 5;
    private static readonly TimeSpan Recent = TimeSpan.FromDays(90);
    private readonly ToldMarks _marks = new(store, keys);
    private readonly NoticeWriter _notices = new(keys, intake);

    /// <summary>Tells what is to be told now.</summary>
    /// <returns>How many notices were sent.</returns>
    public async Task<int> TellAsync(CancellationToken cancellationToken = default)
    {
        var (now, current) = (clock.GetUtcNow(), registry.Current);
        var ending = current.Services.Where(s => (s.Deprecated ?? s.Sunset) is not null && !(s.Sunset <= now)).ToList();
        if (ending.Count == 0) return 0;
        var told = await _marks.ReadAsync(Kind, cancellationToken);
        var count = 0;
        foreach (var service in ending)
        {
            foreach (var system in current.Systems.Select(static s => s.Address))
            {
                var due = Notices(service, now).Where(n => !told.Contains(Mark(service, n, system))).ToList();
                if (due.Count == 0 || !await SentAsync(system, service.Type, now, cancellationToken)) continue;
                foreach (var notice in due)
                    if (await TellAsync(service, notice, system, now, cancellationToken)) count++;
            }
        }

        return count;
    }

    private static IEnumerable<Notice> Notices(Service service, DateTimeOffset now)
    {
        if (service.Deprecated is { } deprecated) yield return NoticeTexts.ServiceDeprecated(service, deprecated, now);
        if (service.Sunset is { } sunset) yield return NoticeTexts.ServiceSunset(service, sunset, now);
    }

    private static string Mark(Service service, Notice notice, SystemAddress system) => $"{service.Type}/{notice.Code}/{notice.At:yyyyMMddHHmmss}/{system}";

    private async ValueTask<bool> SentAsync(SystemAddress system, MessageType type, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = new MessageQuery { From = system, Type = type, Since = now - Recent, Limit = 1 };
        for (var page = 0; page < MostPages; page++)
        {
            var found = await store.ListMessagesAsync(query, cancellationToken);
            if (found.Items.Count > 0) return true;
            if (found.Next is null) return false;
            query = query with { Cursor = found.Next };
        }

        return false;
    }

    private async Task<bool> TellAsync(Service service, Notice notice, SystemAddress system, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sealedNotice = await _notices.SealAsync(system, notice, cancellationToken);
        var sent = await committer.RunAsync(
            async scope => await _marks.MarkAsync(scope, Kind, Mark(service, notice, system), now) && await _notices.StageAsync(scope, sealedNotice),
            cancellationToken);
        if (sent) NoticeMetrics.Sent(notice.Code);
        return sent;
    }
}
