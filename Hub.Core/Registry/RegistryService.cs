using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry.Rules;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging;

namespace Hub.Core.Registry;

/// <summary>Holds the registry in force and replaces it as a whole. Thread-safe; a new snapshot is seen only after its
/// document and its entry in the log are durable.</summary>
public sealed partial class RegistryService : IRegistry, IDisposable
{
    private readonly IHubStore _store;
    private readonly ICommitter _committer;
    private readonly IHubKeys _keys;
    private readonly HubSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ILogger<RegistryService> _log;
    private readonly SemaphoreSlim _oneImport = new(1, 1);
    private volatile RegistrySnapshot _current;

    /// <summary>Begins with an empty registry at version 0, in which everything is denied.</summary>
    public RegistryService(IHubStore store, ICommitter committer, IHubKeys keys, HubSettings settings, TimeProvider clock, ILogger<RegistryService> log)
    {
        ArgumentNullException.ThrowIfNull(keys);
        (_store, _committer, _keys, _settings, _clock, _log) = (store, committer, keys, settings, clock, log);
        _current = new RegistrySnapshot(0, new RegistryContent { Hub = keys.Address });
    }

    /// <inheritdoc/>
    public RegistrySnapshot Current => _current;

    /// <summary>Takes the stored registry into force; the store must be open.</summary>
    /// <exception cref="InvalidDataException">The stored document is damaged.</exception>
    public async ValueTask LoadAsync(CancellationToken cancellationToken = default)
    {
        if (await _store.ReadRegistryAsync(cancellationToken) is not { } stored) return;
        _current = new RegistrySnapshot(stored.Version, RegistryDocument.ReadStored(stored.Document));
        LogLoaded(stored.Version, _current.Content.Agencies.Count, _current.Content.Systems.Count);
    }

    /// <summary>Makes a document the whole registry: what it does not name is removed. Effective at once, without restart.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="actor">Who does it, <c>operator:name</c>; stands in the log.</param>
    /// <param name="dryRun">Only check and compare.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake; nothing was changed.</exception>
    public async ValueTask<ImportReport> ImportAsync(string yaml, string actor, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        await _oneImport.WaitAsync(cancellationToken);
        try
        {
            var before = _current;
            var read = RegistryDocument.Read(
                yaml, before.Version == 0 ? null : RulesIndex.Of(before.Content), new RulesContext(_keys.Address, _settings.Development, _clock.GetUtcNow()));
            var document = RegistryDocument.Write(read.Content);
            var difference = new RegistryDifference(before.Content, read.Content);
            var sha256 = RegistryDifference.Digest(document);
            var unchanged = before.Version > 0 && RegistryDocument.Write(before.Content) == document;
            if (dryRun || unchanged) return new ImportReport(before.Version, dryRun, sha256, difference.Changes, read.Warnings);

            var after = new RegistrySnapshot(before.Version + 1, read.Content);
            await _committer.RunAsync(scope => CommitAsync(scope, before, after, document, actor, difference), cancellationToken);
            _current = after;
            LogImported(after.Version, actor, sha256);
            return new ImportReport(after.Version, DryRun: false, sha256, difference.Changes, read.Warnings);
        }
        finally
        {
            _oneImport.Release();
        }
    }

    /// <summary>What importing a document into a new hub would do: checked without a hub, and nothing is changed.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="hub">The new hub's address.</param>
    /// <param name="development">Whether keys made by <c>hub dev-pki</c> are accepted.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake.</exception>
    public static ImportReport CheckFirst(string yaml, SystemAddress hub, bool development)
    {
        var empty = new RegistryContent { Hub = hub };
        var read = RegistryDocument.Read(yaml, hub, development, empty);
        var sha256 = RegistryDifference.Digest(RegistryDocument.Write(read.Content));
        return new ImportReport(0, DryRun: true, sha256, new RegistryDifference(empty, read.Content).Changes, read.Warnings);
    }

    /// <inheritdoc/>
    public void Dispose() => _oneImport.Dispose();

    private async ValueTask<long> CommitAsync(
        CommitScope scope, RegistrySnapshot before, RegistrySnapshot after, string document, string actor, RegistryDifference difference)
    {
        await scope.Transaction.WriteRegistryAsync(after.Version, document);
        var body = new JsonObject
        {
            ["version"] = after.Version,
            ["actor"] = actor,
            ["sha256"] = RegistryDifference.Digest(document),
            ["time"] = Rfc3339.Format(_clock.GetUtcNow()),
            ["changes"] = difference.ToJson(),
        };
        if (before.Version > 0) body["before"] = RegistryDifference.Digest(RegistryDocument.Write(before.Content));
        scope.Append(new TrailEntry(EntryKinds.RegistryChanged, Key: null, actor, body));
        return after.Version;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Registry version {Version} in force: {Agencies} agencies, {Systems} systems")]
    private partial void LogLoaded(long version, int agencies, int systems);

    [LoggerMessage(Level = LogLevel.Information, Message = "Registry version {Version} imported by {Actor}, sha256 {Sha256}")]
    private partial void LogImported(long version, string actor, string sha256);
}
