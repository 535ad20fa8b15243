using Hub.Contracts.Addresses;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Lists deliveries in a state, oldest message first.</summary>
internal static class DeliveryList
{
    private const int Matches = 29;

    /// <summary>One page; it ends, with a cursor, after <paramref name="mostScanned"/> rows looked at, whatever it holds.</summary>
    internal static Page<DeliveryRecord> Read(SqliteSession session, DeliveryState state, SystemAddress? recipient, string? cursor, int limit, int mostScanned)
    {
        var last = cursor is null ? (Accepted: long.MinValue, Message: 0, Delivery: 0) : Cursors.Read(cursor);
        var number = recipient is { } given ? session.NameId(given.ToString()) : null;
        if (recipient is not null && number is null) return new Page<DeliveryRecord>([], null);
        var settled = state is DeliveryState.Delivered or DeliveryState.Acknowledged;
        var query = session.Use(settled && number is not null ? SqliteSql.DeliveriesInStateOfRecipient : SqliteSql.DeliveriesInState)
            .Bind((long)state).Bind(last.Accepted).Bind(last.Message).Bind(last.Delivery).Bind(number);
        var items = new List<DeliveryRecord>();
        using var rows = query.Rows();
        for (var scanned = 0; query.Step(); scanned++)
        {
            var matches = query.Int(Matches) != 0;
            if (scanned == mostScanned || (matches && items.Count == limit)) return new Page<DeliveryRecord>(items, Cursors.Write(last.Accepted, last.Message, last.Delivery));
            if (matches) items.Add(Rows.Delivery(query, session));
            last = (query.Int(19), query.Int(20), query.Int(0));
        }

        return new Page<DeliveryRecord>(items, null);
    }
}
