using Hub.Contracts.Addresses;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Dead deliveries by system and reason: counted along an index that holds nothing else.</summary>
internal static class DeadGroups
{
    /// <summary>A page, in the order of the systems' numbers, then of the reasons.</summary>
    internal static Page<DeadGroup> Read(SqliteSession session, SystemAddress? recipient, string? cursor, int limit)
    {
        var (of, problem) = Relational.DeadGroupList.Start(recipient, cursor);
        var number = of is { } system ? session.NameId(system.ToString()) : 0;
        if (number is null) return new Page<DeadGroup>([], null);
        var query = session.Use(recipient is null ? SqliteSql.DeadGroups : SqliteSql.DeadGroupsOfRecipient).Bind(number).Bind(problem).Bind(limit + 1);
        var found = new List<DeadGroup>(limit + 1);
        using var rows = query.Rows();
        while (query.Step())
            found.Add(new DeadGroup(session.Name(query.Int(0)).System, query.Text(1), query.Int(2), query.Time(3), query.Time(4), query.NullableText(5)));
        return Relational.DeadGroupList.PageOf(found, limit);
    }

    internal static bool Has(SqliteSession session, SystemAddress recipient, string problem) =>
        session.NameId(recipient.ToString()) is { } number && session.Use(SqliteSql.HasDead).Bind(number).Bind(problem).Scalar() is not null;
}
