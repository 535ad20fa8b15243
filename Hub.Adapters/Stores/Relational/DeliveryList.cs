using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Lists deliveries in a state, oldest message first.</summary>
internal static class DeliveryList
{
    private static readonly DateTimeOffset Always = new(1, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>One page; it ends, with a cursor, after <paramref name="mostScanned"/> rows looked at, whatever it holds.</summary>
    internal static async ValueTask<Page<DeliveryRecord>> ReadAsync(
        ReadSession session, ReadSql sql, DeliveryState state, SystemAddress? recipient, string? cursor, int limit, int mostScanned)
    {
        var after = cursor is null ? (Always.UtcTicks, Message: 0, Delivery: 0) : Cursors.Read(cursor);
        if (after.Item1 < Always.UtcTicks || after.Item1 > DateTimeOffset.MaxValue.UtcTicks) throw Cursors.NotOurs();

        // One recipient's settled deliveries are found by the recipient, because nearly all of them have that state.
        var texts = state is not (DeliveryState.Delivered or DeliveryState.Acknowledged) ? sql.DeliveriesInState
            : recipient is null ? sql.DeliveriesSettled
            : sql.DeliveriesOfRecipient;
        var found = await Use(texts.Page).ListAsync(static row => (Place: Cursors.Write(Rows.Time(row, Rows.DeliveryWidth).UtcTicks, row.GetInt64(1), row.GetInt64(0)), Delivery: Rows.Delivery(row)));
        if (found.Count > limit) return new Page<DeliveryRecord>([.. found.Take(limit).Select(static f => f.Delivery)], found[limit - 1].Place);
        var end = await Use(texts.End).FirstAsync(static row => Cursors.Write(Rows.Time(row, 0).UtcTicks, row.GetInt64(1), row.GetInt64(2)));
        return new Page<DeliveryRecord>(found.ConvertAll(static f => f.Delivery), end);

        ReadCommand Use(string text) => session.Use(text)
            .With("state", (short)state).With("recipient", recipient?.ToString())
            .With("accepted", new DateTimeOffset(after.Item1, TimeSpan.Zero)).With("message", after.Message).With("id", after.Delivery)
            .With("scanned", (long)mostScanned).With("given", (long)limit + 1);
    }
}
