using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Proposals by id, which grows with time; a page goes on before the last id of the page before.</summary>
internal static class ProposalRows
{
    private const int MaxIdLength = 64;

    // A proposal may hold 100,000 changes: a page ends with what has been read once it has so many characters.
    private const int MaxCharacters = 8 << 20;
    private const string AfterEveryId = "\uFFFD";

    internal static ProposalRecord? Find(SqliteSession session, string id)
    {
        var query = session.Use(SqliteSql.FindProposal).Bind(id);
        using var rows = query.Rows();
        return query.Step() ? Proposal(query) : null;
    }

    internal static Page<ProposalRecord> List(SqliteSession session, string? state, string? cursor, int limit)
    {
        if (cursor is not null && (cursor.Length > MaxIdLength || !cursor.All(char.IsAsciiLetterOrDigit)))
            throw Cursors.NotOurs();
        var query = session.Use(state is null ? SqliteSql.Proposals : SqliteSql.ProposalsInState).Bind(state).Bind(cursor ?? AfterEveryId);
        var (items, characters) = (new List<ProposalRecord>(), 0);
        using var rows = query.Rows();
        while (query.Step())
        {
            if (items.Count == limit || characters > MaxCharacters) return new Page<ProposalRecord>(items, items[^1].Id);
            items.Add(Proposal(query));
            characters += items[^1].Json.Length;
        }

        return new Page<ProposalRecord>(items, null);
    }

    internal static void Write(Func<string, Statement> change, ProposalRecord proposal) =>
        change(SqliteSql.WriteProposal).Bind(proposal.Id).Bind(proposal.Kind).Bind(proposal.State).Bind(proposal.Created).Bind(proposal.Json).Run();

    private static ProposalRecord Proposal(Statement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Time(3), row.Text(4));
}
