using Hub.Adapters.Stores.Sqlite;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Lists messages, newest first, by the index that fits the filters best.</summary>
internal static class MessageList
{
    private static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Always = new(1, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>One page; it ends, with a cursor, after <paramref name="mostScanned"/> rows looked at, whatever it holds.</summary>
    internal static async ValueTask<Page<MessageRecord>> ReadAsync(ReadSession session, ReadSql sql, MessageQuery query, int mostScanned)
    {
        var upper = Upper(query);
        var (sender, recipient) = (query.From?.ToString(), query.Recipient?.ToString());
        var found = new List<Row>();
        Place? reached = null;
        if (query.VisibleTo is not { } visible || visible == query.From || visible == query.Recipient)
        {
            reached = await CollectAsync(new Half(session, sql, query, sender, recipient, null), upper, mostScanned, found);
        }
        else
        {
            // Two ordered halves: an OR over both would have to sort everything. Both are complete down to where the first
            // of them stopped.
            if (sender is null) reached = await CollectAsync(new Half(session, sql, query, visible.ToString(), recipient, null), upper, mostScanned, found);
            var other = await CollectAsync(new Half(session, sql, query, sender, visible.ToString(), recipient), upper, mostScanned, found);
            if (reached is null || other?.CompareTo(reached.Value) > 0) reached = other;
            found.Sort(static (a, b) => b.Place.CompareTo(a.Place));
        }

        return ToPage(found, query.Limit, reached);
    }

    private static Page<MessageRecord> ToPage(List<Row> found, int limit, Place? reached)
    {
        var items = new List<MessageRecord>(Math.Min(found.Count, limit));
        var last = default(Place);
        foreach (var (place, message) in found)
        {
            if (reached is { } lowest && place.CompareTo(lowest) < 0) break;
            if (items.Count > 0 && place == last) continue;
            if (items.Count == limit) return new Page<MessageRecord>(items, last.Cursor);
            items.Add(message);
            last = place;
        }

        return new Page<MessageRecord>(items, reached?.Cursor);
    }

    /// <returns>The last place looked at, when that was not the end; null at the end or with more found than the page takes.</returns>
    private static async ValueTask<Place?> CollectAsync(Half half, Place upper, int mostScanned, List<Row> found)
    {
        var texts = half.Sql.Messages(half.Driver);
        var rows = await half.Use(texts.Page, upper, mostScanned).ListAsync(static row => new Row(new Place(Rows.Time(row, 11), row.GetInt64(0)), Rows.Message(row)));
        found.AddRange(rows);
        if (rows.Count > half.Query.Limit) return null;
        return await half.Use(texts.End, upper, mostScanned).FirstAsync(static row => (Place?)new Place(Rows.Time(row, 0), row.GetInt64(1)));
    }

    private static Place Upper(MessageQuery query)
    {
        var until = new Place(query.Until?.ToUniversalTime() ?? Never, long.MinValue);
        if (query.Cursor is null) return until;
        var (accepted, message, _) = Cursors.Read(query.Cursor);
        if (accepted < 0 || accepted > Never.UtcTicks) throw Cursors.NotOurs();
        var cursor = new Place(new DateTimeOffset(accepted, TimeSpan.Zero), message);
        return cursor.CompareTo(until) < 0 ? cursor : until;
    }

    /// <summary>What is walked at once.</summary>
    private sealed record Half(ReadSession Session, ReadSql Sql, MessageQuery Query, string? Sender, string? Recipient, string? Other)
    {
        // The fewest rows first: a conversation, what is unfinished or failed, one system's messages, one type's, everything.
        internal MessageDriver Driver => this switch
        {
            { Query.Conversation: not null } => MessageDriver.Conversation,
            { Query.State: not (null or DeliveryState.Delivered or DeliveryState.Acknowledged) } => MessageDriver.State,
            { Recipient: not null } => MessageDriver.Recipient,
            { Sender: not null } => MessageDriver.Sender,
            { Query.Type: not null } => MessageDriver.Type,
            _ => MessageDriver.Time,
        };

        internal ReadCommand Use(string text, Place upper, int mostScanned) => Session.Use(text)
            .With("accepted", upper.Accepted).With("num", upper.Number).With("since", Query.Since?.ToUniversalTime() ?? Always)
            .With("sender", Sender).With("recipient", Recipient).With("other", Other).With("type", Query.Type?.ToString())
            .With("state", (short?)Query.State).With("conversation", StoredText.Of(Query.Conversation))
            .With("visible_at", Query.VisibleTo is null ? null : Query.VisibleAt?.ToUniversalTime()).With("visible", Query.VisibleTo?.ToString())
            .With("scanned", (long)mostScanned).With("given", (long)Query.Limit + 1);
    }

    private readonly record struct Row(Place Place, MessageRecord Message);

    private readonly record struct Place(DateTimeOffset Accepted, long Number)
    {
        internal string Cursor => Cursors.Write(Accepted.UtcTicks, Number);

        internal int CompareTo(Place other) => (Accepted, Number).CompareTo((other.Accepted, other.Number));
    }
}
