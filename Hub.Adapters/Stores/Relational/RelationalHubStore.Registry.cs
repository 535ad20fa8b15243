using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

// Reads of the registry, all from the primary: decisions rest on them. Whole states and histories may take long.
public abstract partial class RelationalHubStore
{
    private const int MaxVersions = 200;

    /// <inheritdoc/>
    public ValueTask<RegistryState?> ReadRegistryStateAsync(long? version = null, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.List, session => RegistryReads.ReadStateAsync(session, Sql, version), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the limit is none.</exception>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryVersionsAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        if (limit is < 1 or > MaxVersions) throw ProblemCode.InvalidRequest.With($"A page has 1 to {MaxVersions} versions of the registry, not {limit}.");
        return ReadAsync(ReadKind.List, session => RegistryReads.ListVersionsAsync(session, Sql, after, limit), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindRegistryVersionAsync(DateTimeOffset at, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.Short, session => session.Use(Sql.RegistryVersionAt).With("at", at.ToUniversalTime()).FirstAsync(static row => (long?)row.GetInt64(0)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryVersion>> ListRegistryHistoryAsync(string section, string id, long? until = null, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.List, session => RegistryReads.ListHistoryAsync(session, Sql, section, id, until ?? long.MaxValue), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(SystemAddress system, long after, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.List, session => RegistryReads.ListKeyHistoryAsync(session, Sql, system, after), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProposalRecord?> FindProposalAsync(string id, CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.Short, session => session.Use(Sql.FindProposal).With("id", StoredText.Of(id)).FirstAsync(Rows.Proposal), cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ProblemException"><c>invalid-request</c>: the cursor or limit is none.</exception>
    public ValueTask<Page<ProposalRecord>> ListProposalsAsync(string? state, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        CheckLimit(limit);
        return ReadAsync(ReadKind.List, session => RegistryReads.ListProposalsAsync(session, Sql, state, cursor, limit), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<(long Version, string Document)?> ReadRegistryAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(ReadKind.List, session => session.Use(Sql.RegistryDocument).FirstAsync(static row => ((long, string)?)(row.GetInt64(0), row.GetString(1))), cancellationToken);
}
