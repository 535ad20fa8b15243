using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Registry.Certificates;

/// <summary>Keeps the standing of every certificate of the registry: follows it to its anchor, asks its issuers before answers
/// end, and tells the key ring through the <see cref="CertificateTable"/>. Never on the way of a message.</summary>
/// <remarks>What is learnt is durable before it counts, together with its entry <c>certificate.status</c>; so a restart neither
/// forgets a revocation nor begins a new grace. One look at a time; thread-safe.</remarks>
public sealed partial class CertificateWatch(
    IRegistry registry, IHubStore store, ICommitter committer, IHubKeys keys, IRevocationSource source, CertificateTable table,
    TimeProvider clock, ILogger<CertificateWatch> log) : IDisposable
{
    private const int Batch = 500;
    private const int MaxStored = 1_000_000;
    private readonly SemaphoreSlim _oneLook = new(1, 1);
    private readonly Dictionary<string, StandingRecord> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WatchedCertificate> _certificates = new(StringComparer.Ordinal);
    private Dictionary<string, (WatchedKey Key, IReadOnlyList<string> Chain, CertificateStanding Standing)> _paths = new(StringComparer.Ordinal);
    private long _version = -1;
    private long _nextTicks = long.MaxValue;
    private AnchorSet _anchors = new([]);

    /// <summary>Puts what the store knows into the table; the store must be open, and the registry loaded.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        _mark = ReadMark(await store.ReadAppStateAsync(keys.Address, Mark, cancellationToken));
        await ReadStoredAsync(cancellationToken);
        foreach (var (sha256, record) in _stored)
        {
            if (record.Chain.Count == 0 || !record.Chain.All(_stored.ContainsKey)) continue;
            table.Set(Convert.FromHexString(sha256), StandingRule.Worst(record.Chain.Select(c => _stored[c].Standing)));
        }
    }

    /// <summary>Whether a look would find something to do: the registry has changed, or a question is due.</summary>
    public bool IsDue(DateTimeOffset now) =>
        registry.Current.Version != Interlocked.Read(ref _version) || now.UtcTicks >= Interlocked.Read(ref _nextTicks);

    /// <summary>Looks at what is new in the registry, asks what is due, and makes known what has changed.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        await _oneLook.WaitAsync(cancellationToken);
        try
        {
            var snapshot = registry.Current;
            if (snapshot.Version != _version) Follow(snapshot, clock.GetUtcNow());
            var lapsed = _certificates.Values.Where(c => StandingRule.At(c.Standing, clock.GetUtcNow()).State != c.Standing.State).ToList();
            if (lapsed.Count > 0) await KeepAsync([.. lapsed.Select(c => (c, StandingRule.At(c.Standing, clock.GetUtcNow())))], cancellationToken);
            Publish();
            Interlocked.Exchange(ref _version, snapshot.Version);
            if (snapshot.Policy.Revocation != "off") await AskDueAsync(cancellationToken);
            else await KeepAsync([.. _certificates.Values.Where(static c => !c.IsStored).Select(static c => (c, c.Standing))], cancellationToken);
            Publish();
            var next = snapshot.Policy.Revocation == "off" ? null : _certificates.Values.Select(Next).Min();
            Interlocked.Exchange(ref _nextTicks, next?.UtcTicks ?? long.MaxValue);
        }
        finally
        {
            _oneLook.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _oneLook.Dispose();

    /// <summary>The next question, or the end of the last answer, whichever comes first.</summary>
    private static DateTimeOffset? Next(WatchedCertificate c) =>
        c.Standing.State == CertificateState.Good && c.Standing.Until < c.AskAt ? c.Standing.Until : c.AskAt ?? DateTimeOffset.MinValue;

    /// <summary>Follows certificates that are new, or all when the anchors have changed.</summary>
    private void Follow(RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var anchors = new AnchorSet([.. snapshot.Anchors]);
        if (anchors.Fingerprint != _anchors.Fingerprint) _paths.Clear();
        _anchors = anchors;

        var before = _paths;
        _paths = new(StringComparer.Ordinal);
        foreach (var key in WatchedKey.Of(snapshot, now))
            _paths[key.Sha256] = before.TryGetValue(key.Sha256, out var known) && known.Key.Key.Use == key.Key.Use ? known with { Key = key } : Follow(key, now);
        foreach (var gone in table.All.Where(s => !_paths.ContainsKey(Convert.ToHexStringLower(s.Key))).ToList()) table.Remove(gone.Key);
        var needed = _paths.Values.SelectMany(static p => p.Chain).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _certificates.Keys.Where(c => !needed.Contains(c)).ToList()) _certificates.Remove(gone);
    }

    private (WatchedKey Key, IReadOnlyList<string> Chain, CertificateStanding Standing) Follow(WatchedKey key, DateTimeOffset now)
    {
        var path = _anchors.Count == 0
            ? new CertificatePath([], "The registry has no anchor.", ClaimsAnchor: false)
            : CertificateChain.Follow(key.Key.Certificate!.Value, key.Key.Use, _anchors, now);
        if (path.Fault is not null) return (key, [], Unanchored(key, path.Fault, now));
        foreach (var (index, link) in path.Links.Index())
        {
            if (_certificates.ContainsKey(link.Sha256)) continue;
            var stored = _stored.GetValueOrDefault(link.Sha256);
            _certificates.Add(link.Sha256, new WatchedCertificate(
                link, stored?.Standing ?? new CertificateStanding(CertificateState.Unknown, now), key.Owner, index == 0 ? key.Key.Key.Id : null)
            {
                IsStored = stored is not null,
                AskAt = stored?.Standing is { Learnt: not null } standing ? StandingRule.AskAgain(standing, failures: 0, standing.Learnt.Value) : null,
            });
        }

        return (key, [.. path.Links.Select(static l => l.Sha256)], new CertificateStanding(CertificateState.Unknown, now));
    }

    /// <summary>Taking an anchor away does not make a revoked certificate good again.</summary>
    private CertificateStanding Unanchored(WatchedKey key, string fault, DateTimeOffset now) => _stored.TryGetValue(key.Sha256, out var record)
        && StandingRule.Worst((record.Chain.Count == 0 ? [key.Sha256] : record.Chain).Select(c => _stored.GetValueOrDefault(c)?.Standing ?? record.Standing)) is { State: CertificateState.Revoked } revoked
            ? revoked
            : new CertificateStanding(CertificateState.Unanchored, now) { Fault = fault };

    private void Publish()
    {
        foreach (var (key, chain, standing) in _paths.Values)
            table.Set(key.Digest, chain.Count == 0 ? standing : StandingRule.Worst(chain.Select(c => _certificates[c].Standing)));
        CertificateMetrics.Record([.. table.All.Select(static s => s.Value)], clock.GetUtcNow());
    }

    private async Task AskDueAsync(CancellationToken cancellationToken)
    {
        var due = _certificates.Values.Where(c => !(clock.GetUtcNow() < c.AskAt)).ToList();
        foreach (var batch in due.Chunk(Batch))
        {
            var answers = await source.AskAsync([.. batch.Select(static c => c.Certificate)], cancellationToken);
            var now = clock.GetUtcNow();
            var after = batch.Zip(answers, (c, answer) => (c, StandingRule.At(StandingRule.After(c.Standing, answer, now), now))).ToList();
            await KeepAsync(after, cancellationToken);
            foreach (var (c, answer) in batch.Zip(answers))
            {
                CertificateMetrics.Answered(answer.State);
                c.Failures = c.Standing.Fault is null ? 0 : c.Failures + 1;
                c.AskAt = StandingRule.AskAgain(c.Standing, c.Failures, now);
            }

            foreach (var fault in batch.Where(static c => c.Failures > 0).GroupBy(static c => c.Standing.Fault).Take(10))
                LogUnanswered(fault.Count(), fault.First().Owner, fault.Key ?? "");
            Publish();
        }
    }

    /// <summary>Makes standings durable, each change of state with its entry; then they count.</summary>
    private async Task KeepAsync(IReadOnlyList<(WatchedCertificate Certificate, CertificateStanding After)> standings, CancellationToken cancellationToken)
    {
        // A question without an answer changes nothing that must be kept, once the first look is.
        var kept = standings.Where(static s => !s.Certificate.IsStored || s.After with { Fault = null } != s.Certificate.Standing with { Fault = null }).ToList();
        var records = kept.ConvertAll(s => new StandingRecord(s.After, _paths.GetValueOrDefault(s.Certificate.Certificate.Sha256).Chain ?? []));
        if (kept.Count > 0) await committer.RunAsync(scope => WriteAsync(scope, kept, records), cancellationToken);
        foreach (var ((certificate, after), record) in kept.Zip(records))
        {
            if (after.State != certificate.Standing.State) LogChanged(after.State == CertificateState.Good ? LogLevel.Information : LogLevel.Warning, certificate.Owner, certificate.Certificate.Sha256, CertificateMetrics.Text(after.State), after.Source ?? after.Fault ?? "");
            _stored[certificate.Certificate.Sha256] = record;
            certificate.IsStored = true;
        }

        foreach (var (certificate, after) in standings) certificate.Standing = after;
    }

    private async ValueTask<int> WriteAsync(CommitScope scope, List<(WatchedCertificate Certificate, CertificateStanding After)> kept, List<StandingRecord> records)
    {
        foreach (var ((certificate, after), record) in kept.Zip(records))
        {
            await scope.Transaction.WriteAppStateAsync(keys.Address, StandingRecord.Prefix + certificate.Certificate.Sha256, record.ToBytes());
            if (after.State != certificate.Standing.State) scope.Append(Entry(certificate, after));
        }

        await MarkAsync(scope);
        return kept.Count;
    }

    private TrailEntry Entry(WatchedCertificate certificate, CertificateStanding after)
    {
        var body = new JsonObject
        {
            ["certificate"] = certificate.Certificate.Sha256,
            ["owner"] = certificate.Owner,
            ["status"] = CertificateMetrics.Text(after.State),
            ["before"] = CertificateMetrics.Text(certificate.Standing.State),
            ["time"] = Rfc3339.Format(clock.GetUtcNow()),
        };
        if (certificate.Key is { } key) body["key"] = key;
        else body["authority"] = true;
        if (after.Source is { } asked) body["source"] = asked;
        if (after.ThisUpdate is { } from) body["thisUpdate"] = Rfc3339.Format(from);
        if (after.Until is { } until) body["nextUpdate"] = Rfc3339.Format(until);
        if (after.RevokedAt is { } at) body["revokedAt"] = Rfc3339.Format(at);
        if (after.Reason is { } reason) body["reason"] = reason;
        if (after.Fault is { } fault) body["fault"] = fault;
        return new TrailEntry(EntryKinds.CertificateStatus, Key: null, "hub", body);
    }

    [LoggerMessage(Message = "Certificate {Sha256} of {Owner} is now {Status} ({Source})")]
    private partial void LogChanged(LogLevel level, string owner, string sha256, string status, string source);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No answer about {Certificates} certificates, the first of {Owner}: {Fault}")]
    private partial void LogUnanswered(int certificates, string owner, string fault);
}
