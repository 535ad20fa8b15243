using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Dead deliveries by system and reason: counted along an index that holds nothing else.</summary>
internal static class DeadGroupList
{
    internal static async ValueTask<Page<DeadGroup>> ReadAsync(ReadSession session, ReadSql sql, SystemAddress? recipient, string? cursor, int limit)
    {
        var (of, problem) = Start(recipient, cursor);
        var found = await session.Use(recipient is null ? sql.DeadGroups : sql.DeadGroupsOfRecipient).With("recipient", of?.ToString() ?? "").With("problem", problem).With("limit", limit + 1).ListAsync(
            static row => new DeadGroup(Names.System(row.GetString(0)), row.GetString(1), row.GetInt64(2), Rows.Time(row, 3), Rows.Time(row, 4), Rows.Text(row, 5)));
        return PageOf(found, limit);
    }

    /// <summary>Where a page begins: after this reason of this system; null: before the first system.</summary>
    internal static (SystemAddress? Recipient, string Problem) Start(SystemAddress? recipient, string? cursor)
    {
        if (cursor is null) return (recipient, "");
        return DeadGroup.TryParseKey(cursor, out var last, out var problem) && (recipient is null || recipient == last) ? (last, problem) : throw Cursors.NotOurs();
    }

    /// <summary>What was found, as a page; one group more was asked for than it holds.</summary>
    internal static Page<DeadGroup> PageOf(List<DeadGroup> found, int limit) =>
        found.Count <= limit ? new Page<DeadGroup>(found, null) : new Page<DeadGroup>(found[..limit], found[limit - 1].Key);
}
