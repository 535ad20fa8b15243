using System.Data.Common;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>The registry's versions, objects and proposals, as <see cref="Sqlite.RegistryRows"/> keeps them.</summary>
internal static class RegistryReads
{
    private const int MaxHistory = 200;

    // A page of versions holds at most so many objects, unless a single version has more.
    private const int MaxChanges = 20_000;
    private const int MaxIdLength = 64;

    // A proposal may hold 100,000 changes: a page ends with what has been read once it has so many characters.
    private const int MaxCharacters = 8 << 20;

    // Rows asked for at once, so that a page that ends early has not read many too many.
    private const int ProposalsAtOnce = 8;

    internal static ValueTask<RegistryState?> ReadStateAsync(ReadSession session, ReadSql sql, long? version) => session.InSnapshotAsync(async () =>
    {
        if (await session.Use(sql.NewestRegistryVersion).FirstAsync(static row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0)) is not { } current) return null;
        if (version is not { } asked || asked == current) return new RegistryState(current, await session.Use(sql.CurrentRegistryObjects).ListAsync(Object));
        return await session.Use(sql.HasRegistryVersion).With("version", asked).FirstAsync(static _ => true)
            ? new RegistryState(asked, await session.Use(sql.PastRegistryObjects).With("version", asked).ListAsync(Object))
            : null;
    });

    internal static async ValueTask<IReadOnlyList<RegistryVersion>> ListVersionsAsync(ReadSession session, ReadSql sql, long after, int limit)
    {
        var (found, changes) = (new List<RegistryVersion>(), 0);
        foreach (var version in await session.Use(sql.RegistryVersions).With("after", after).With("limit", limit).ListAsync(static row => Version(row, 0, [])))
        {
            var objects = await session.Use(sql.RegistryObjectsOfVersion).With("version", version.Version).ListAsync(Object);
            changes += objects.Count;
            if (changes > MaxChanges && found.Count > 0) break;
            found.Add(version with { Changes = objects });
        }

        return found;
    }

    internal static async ValueTask<IReadOnlyList<RegistryVersion>> ListHistoryAsync(ReadSession session, ReadSql sql, string section, string id, long until)
    {
        var found = await session.Use(sql.RegistryHistory).With("section", section).With("id", StoredText.Of(id)).With("until", until).With("limit", MaxHistory)
            .ListAsync(static row => Version(row, 3, [Object(row)]));
        found.Reverse();
        return found;
    }

    // Ids are "agency/system key": what sorts between a space and the character behind it.
    internal static async ValueTask<IReadOnlyList<RegistryObject>> ListKeyHistoryAsync(ReadSession session, ReadSql sql, SystemAddress system, long after) =>
        await session.Use(sql.KeyHistory).With("from", $"{system} ").With("until", $"{system}!").With("after", after).ListAsync(Object);

    internal static async ValueTask<Page<ProposalRecord>> ListProposalsAsync(ReadSession session, ReadSql sql, string? state, string? cursor, int limit)
    {
        if (cursor is not null && (cursor.Length > MaxIdLength || !cursor.All(char.IsAsciiLetterOrDigit))) throw Cursors.NotOurs();
        var (items, characters) = (new List<ProposalRecord>(), 0);
        while (true)
        {
            var before = items.Count > 0 ? items[^1].Id : cursor;
            var query = state is null ? session.Use(sql.Proposals) : session.Use(sql.ProposalsInState).With("state", StoredText.Of(state));
            var read = await query.With("before", before).With("limit", ProposalsAtOnce).ListAsync(Rows.Proposal);
            foreach (var proposal in read)
            {
                if (items.Count == limit || characters > MaxCharacters) return new Page<ProposalRecord>(items, items[^1].Id);
                items.Add(proposal);
                characters += proposal.Json.Length;
            }

            if (read.Count < ProposalsAtOnce) return new Page<ProposalRecord>(items, null);
        }
    }

    private static RegistryVersion Version(DbDataReader row, int first, IReadOnlyList<RegistryObject> changes) => new(
        row.GetInt64(first), Rows.Time(row, first + 1), row.GetString(first + 2), Rows.Text(row, first + 3), Rows.Text(row, first + 4), row.GetInt64(first + 5), changes);

    private static RegistryObject Object(DbDataReader row)
    {
        var section = row.GetString(0);
        return new RegistryObject(RegistrySections.All.FirstOrDefault(s => s == section) ?? section, row.GetString(1), Rows.Text(row, 2));
    }
}
