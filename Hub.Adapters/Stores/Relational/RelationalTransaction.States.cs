using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// Erasure, the registry, proposals, apps' own state.
internal sealed partial class RelationalTransaction
{
    private const int ManyObjects = 2_000;
    private readonly Dictionary<(SystemAddress App, string Key), byte[]?> _appWrites = [];
    private Dictionary<string, KnownProposal>? _proposals;
    private List<RegistryVersion>? _newVersions;
    private int _objectsSent;
    private string? _lastLockedApp;
    private HashSet<string>? _lockedApps;

    public async ValueTask WriteWaitAsync(MessageKey request, DateTimeOffset? until)
    {
        if (await FindMessageAsync(request) is not { } message) return;
        var number = _numbers[request];
        _messages[request] = message with { WaitedUntil = until };
        if (_unsentMessages.Contains(number)) _newMessages.Wait(number, until);
        else (_waits ??= [])[number] = until;
    }

    public async ValueTask EraseAsync(MessageKey key, DateTimeOffset at)
    {
        var bytes = Convert.FromHexString(key.Value);
        long? number = await FindMessageAsync(key) is null ? null : _numbers[key];
        var batch = NewBatch();
        Flush(batch);
        if (number is { } known)
        {
            if (_unsentMessages.Contains(known)) _newMessages.Erase(known, at);
            batch.Change(_sql.EraseMessage).With("num", known).With("at", at.ToUniversalTime());
            batch.Change(_sql.EraseBody).With("num", known);
            batch.Change(_sql.EraseDeliveries).With("num", known);
            if (_messages.GetValueOrDefault(key) is { Uploads.Count: > 0 } naming)
                batch.Change(_sql.EraseUploads).With("owner", naming.From.ToString()).With("sha256", naming.Uploads.Select(Convert.FromHexString).ToArray()).With("num", known);
        }

        batch.Change(_sql.EraseEntries).With("key", bytes).With("num", number);
        await SendAsync(batch);
        ForgetDeliveries();
        if (_messages.GetValueOrDefault(key) is { } message) _messages[key] = message with { Subject = null, Erased = at };
    }

    public async ValueTask<bool> IsUploadNamedAsync(UploadName upload)
    {
        var named = false;
        var batch = NewBatch();
        Flush(batch);
        batch.Query(_sql.IsUploadNamed, _ => named = true).With("owner", upload.Owner.ToString()).With("sha256", Convert.FromHexString(upload.Sha256));
        await SendAsync(batch);
        return named;
    }

    public async ValueTask<IReadOnlyList<UploadName>> ListErasedUploadsAsync(int limit)
    {
        var found = new List<UploadName>();
        var batch = NewBatch();
        Flush(batch);
        batch.Query(_sql.ErasedUploads, row => found.Add(new UploadName(Names.System(row.GetString(0)), Sqlite.Digests.Write(row.GetFieldValue<byte[]>(1))))).With("limit", limit);
        await SendAsync(batch);
        return found;
    }

    public async ValueTask ForgetErasedUploadAsync(UploadName upload)
    {
        var batch = NewBatch();
        Flush(batch);
        batch.Change(_sql.ForgetErasedUpload).With("owner", upload.Owner.ToString()).With("sha256", Convert.FromHexString(upload.Sha256));
        await SendAsync(batch);
    }

    public async ValueTask WriteRegistryAsync(RegistryVersion version)
    {
        var newest = _newVersions is { Count: > 0 } ? _newVersions[^1].Version : await NewestVersionAsync();
        if (newest is { } last)
        {
            if (version.Version <= last) throw new StoreConflictException($"Version {version.Version} of the registry is there already; the newest is {last}.");
            if (version.Version > last + 1) throw DoesNotFollow(version.Version, last);
        }
        else
        {
            var document = 0L;
            var batch = NewBatch();
            batch.Query(_sql.RegistryDocumentVersion, row => document = row.GetInt64(0));
            await SendAsync(batch);
            // A hub from before has the version of its document, which is taken over under that number or as the next.
            if (version.Version < 1 || (version.Version != document && version.Version != document + 1)) throw DoesNotFollow(version.Version, document);
        }

        (_newVersions ??= []).Add(version);
    }

    public async ValueTask<ProposalRecord?> FindProposalAsync(string id) => (await ProposalAsync(id)).Record;

    public async ValueTask WriteProposalAsync(ProposalRecord proposal)
    {
        var known = await ProposalAsync(proposal.Id);
        (known.Record, known.IsStaged) = (proposal, true);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAppStateAsync(SystemAddress app, string key)
    {
        key = StoredText.Of(key)!;
        if (_appWrites.TryGetValue((app, key), out var written)) return written is null ? null : (ReadOnlyMemory<byte>?)written;
        ReadOnlyMemory<byte>? value = null;
        var name = app.ToString();
        var batch = NewBatch();
        Lock(batch, name);
        batch.Query(_sql.ReadAppState, row => value = row.GetFieldValue<byte[]>(0)).With("app", name).With("key", key);
        await SendAsync(batch);
        return value;
    }

    public ValueTask WriteAppStateAsync(SystemAddress app, string key, ReadOnlyMemory<byte>? value)
    {
        _appWrites[(app, StoredText.Of(key)!)] = value?.ToArray();
        return default;
    }

    private static InvalidOperationException DoesNotFollow(long version, long newest) => new($"Version {version} of the registry does not follow version {newest}.");

    private async ValueTask<KnownProposal> ProposalAsync(string id)
    {
        id = StoredText.Of(id)!;
        _proposals ??= new Dictionary<string, KnownProposal>(StringComparer.Ordinal);
        if (_proposals.TryGetValue(id, out var known)) return known;
        known = new KnownProposal();
        var batch = NewBatch();
        batch.Query(_sql.FindProposal, row => (known.Record, known.Rev) = (Rows.Proposal(row), row.GetInt32(5))).With("id", id);
        await SendAsync(batch);
        _proposals.Add(id, known);
        return known;
    }

    /// <summary>Holds an app's state until the end. Locks in the order of names cannot meet crosswise; one out of that order waits but briefly.</summary>
    private void Lock(WriterBatch batch, string app)
    {
        if (!(_lockedApps ??= new HashSet<string>(StringComparer.Ordinal)).Add(app)) return;
        var inOrder = _lastLockedApp is null || string.CompareOrdinal(app, _lastLockedApp) > 0;
        if (inOrder) _lastLockedApp = app;
        batch.Query(inOrder ? _sql.LockApp : _sql.TryLockApp, null).With("app", app);
    }

    /// <summary>Proposals and apps' state. True when it must be known before the commit whether another node was quicker.</summary>
    private bool FlushStates(WriterBatch batch)
    {
        var checks = false;
        foreach (var proposal in _proposals?.Values ?? Enumerable.Empty<KnownProposal>())
        {
            if (!proposal.IsStaged || proposal.Record is not { } record) continue;
            var command = proposal.Rev == 0 ? batch.Change(_sql.InsertProposal) : batch.ChangeExactly(_sql.UpdateProposal, 1, $"proposal {record.Id}");
            command.With("id", record.Id).With("kind", record.Kind).With("state", record.State).With("created", record.Created.ToUniversalTime()).With("json", record.Json);
            if (proposal.Rev > 0) command.With("rev", proposal.Rev);
            checks |= proposal.Rev > 0;
            (proposal.IsStaged, proposal.Rev) = (false, proposal.Rev + 1);
        }

        if (_appWrites.Count > 0) FlushAppState(batch);
        for (; _objectsSent < (_newVersions?.Count ?? 0); _objectsSent++) FlushObjects(batch, _newVersions![_objectsSent]);
        return checks;
    }

    private void FlushAppState(WriterBatch batch)
    {
        var (written, removed) = (new AppStateRows(), new AppStateRows());
        var apps = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var ((app, key), value) in _appWrites)
        {
            var name = app.ToString();
            apps.Add(name);
            (value is null ? removed : written).Add(name, key, value);
        }

        foreach (var app in apps) Lock(batch, app);
        if (written.Count > 0) batch.Change(_sql.WriteAppState).With(written);
        if (removed.Count > 0) batch.Change(_sql.RemoveAppState).With(removed);
        _appWrites.Clear();
    }

    /// <summary>The objects of a version: they name no entry, so that the seat need not wait while many are written.</summary>
    private void FlushObjects(WriterBatch batch, RegistryVersion version)
    {
        if (version.Changes.Count == 0) return;
        if (version.Changes.Count > ManyObjects) batch.HavePatience(_sql.HavePatience);
        batch.Change(_sql.ReplaceRegistryObjects).With("version", version.Version).With(new RegistryObjectRows(version.Changes));
        batch.Change(_sql.InsertRegistryObjects).With("version", version.Version).With(new RegistryObjectRows(version.Changes));
    }

    private void MoveVersions(long by)
    {
        for (var i = 0; i < (_newVersions?.Count ?? 0); i++) _newVersions![i] = _newVersions[i] with { Entry = _newVersions[i].Entry + by };
    }

    private void AddVersions(WriterBatch batch)
    {
        foreach (var version in _newVersions ?? [])
        {
            batch.Change(_sql.InsertRegistryVersion)
                .With("version", version.Version).With("time", version.Time.ToUniversalTime()).With("actor", version.Actor)
                .With("approved_by", version.ApprovedBy).With("reason", StoredText.Of(version.Reason)).With("entry", version.Entry);
        }
    }

    /// <summary>A proposal as it is in the database or staged.</summary>
    private sealed class KnownProposal
    {
        internal ProposalRecord? Record { get; set; }

        /// <summary>The rev in the database; 0: it is not there.</summary>
        internal int Rev { get; set; }

        internal bool IsStaged { get; set; }
    }
}
