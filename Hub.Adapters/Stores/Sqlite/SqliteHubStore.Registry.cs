using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

// Reads of the registry. Whole states and histories may take long, so they use the places of lists.
public sealed partial class SqliteHubStore
{
    private const int MaxVersions = 200;

    /// <inheritdoc/>
    public ValueTask<RegistryState?> ReadRegistryStateAsync(long? version = null, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync(version, RegistryRows.ReadState, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the limit is none.</exception>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryVersionsAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MaxVersions) throw ProblemCode.InvalidRequest.With($"A page has 1 to {MaxVersions} versions of the registry, not {limit}.");
        return Lists.ReadAsync<(long After, int Limit), IReadOnlyList<RegistryVersion>>(
            (after, limit), static (session, q) => RegistryRows.ListVersions(session, q.After, q.Limit), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindRegistryVersionAsync(DateTimeOffset at, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(at, static (session, at) => session.Use(SqliteSql.RegistryVersionAt).Bind(at).Scalar(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryHistoryAsync(string section, string id, long? until = null, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<(string Section, string Id, long Until), IReadOnlyList<RegistryVersion>>(
            (section, id, until ?? long.MaxValue), static (session, q) => RegistryRows.ListHistory(session, q.Section, q.Id, q.Until), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(SystemAddress system, long after, CancellationToken cancellationToken = default) =>
        Lists.ReadAsync<(SystemAddress System, long After), IReadOnlyList<RegistryObject>>(
            (system, after), static (session, q) => RegistryRows.ListKeyHistory(session, q.System, q.After), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProposalRecord?> FindProposalAsync(string id, CancellationToken cancellationToken = default) =>
        _readers.ReadAsync(id, ProposalRows.Find, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<ProposalRecord>> ListProposalsAsync(string? state, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return Lists.ReadAsync((state, cursor, limit), static (session, q) => ProposalRows.List(session, q.state, q.cursor, q.limit), cancellationToken);
    }
}
