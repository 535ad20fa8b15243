using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Notices;

/// <summary>Tells of keys that end soon: at 60, 14 and 3 days before, each once, whenever the sweep runs and however often the hub
/// is started in between. An entry <c>key.expiring</c>, and for a system a <c>hub.notice.v1</c> in its mailbox or push.</summary>
public sealed class ExpiryNotices(IRegistry registry, IHubStore store, ICommitter committer, IHubKeys keys, Lazy<IIntake> intake, TimeProvider clock)
{
    private const string Kind = "key";
    private readonly ToldMarks _marks = new(store, keys);
    private readonly NoticeWriter _notices = new(keys, intake);

    /// <summary>Tells what is to be told now.</summary>
    /// <returns>How many keys were told of.</returns>
    public async Task<int> TellAsync(CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var expiring = ExpiringKeys.Find(registry.Current, now);
        NoticeMetrics.Record(expiring);
        var told = await _marks.ReadAsync(Kind, cancellationToken);
        var count = 0;
        foreach (var key in expiring.Where(k => !told.Contains(k.Mark)))
            if (await TellAsync(key, now, cancellationToken)) count++;
        return count;
    }

    private async Task<bool> TellAsync(ExpiringKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var notice = key.System is { } system ? await _notices.SealAsync(system, NoticeTexts.KeyExpiring(key, now), cancellationToken) : null;
        var (marked, sent) = await committer.RunAsync(
            async scope =>
            {
                if (!await _marks.MarkAsync(scope, Kind, key.Mark, now)) return (false, false);
                var staged = notice is not null && await _notices.StageAsync(scope, notice);
                scope.Append(Entry(key, now, staged ? notice!.Envelope.Key : null));
                return (true, staged);
            },
            cancellationToken);
        if (sent) NoticeMetrics.Sent("key-expiring");
        return marked;
    }

    private static TrailEntry Entry(ExpiringKey key, DateTimeOffset now, MessageKey? notice)
    {
        var body = new JsonObject
        {
            ["owner"] = key.Owner,
            ["key"] = key.Key,
            ["use"] = key.Use,
            ["thumbprint"] = key.Thumbprint,
            ["notAfter"] = Rfc3339.Format(key.NotAfter),
            ["days"] = key.Threshold,
            ["time"] = Rfc3339.Format(now),
        };
        if (notice is { } message) body["notice"] = message.Value;
        return new TrailEntry(EntryKinds.KeyExpiring, Key: null, "hub", body);
    }
}
