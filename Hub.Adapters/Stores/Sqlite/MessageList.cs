using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Lists messages, newest first, by the index that fits the filters best.</summary>
internal static class MessageList
{
    internal static Page<MessageRecord> Read(SqliteSession session, MessageQuery query)
    {
        var upper = Upper(query);
        var (sender, recipient, type) = (query.From?.ToString(), query.Recipient?.ToString(), query.Type?.ToString());
        var found = new List<Row>();
        if (query.VisibleTo is not { } visible || visible == query.From || visible == query.Recipient)
        {
            Collect(session, query, upper, new Names(sender, recipient, null, type), found);
        }
        else
        {
            // Two ordered halves: an OR over both would have to sort everything.
            if (sender is null) Collect(session, query, upper, new Names(visible.ToString(), recipient, null, type), found);
            Collect(session, query, upper, new Names(sender, visible.ToString(), recipient, type), found);
            found.Sort(static (a, b) => (b.Accepted, b.Number).CompareTo((a.Accepted, a.Number)));
        }

        return ToPage(found, query.Limit);
    }

    private static Page<MessageRecord> ToPage(List<Row> found, int limit)
    {
        var items = new List<MessageRecord>(Math.Min(found.Count, limit));
        var last = default(Row);
        foreach (var row in found)
        {
            if (items.Count > 0 && row.Number == last.Number) continue;
            if (items.Count == limit) return new Page<MessageRecord>(items, Cursors.Write(last.Accepted, last.Number));
            items.Add(row.Message);
            last = row;
        }

        return new Page<MessageRecord>(items, null);
    }

    private static void Collect(SqliteSession session, MessageQuery query, (long Accepted, long Number) upper, Names names, List<Row> found)
    {
        if (!TryNumber(session, names.Sender, out var sender) || !TryNumber(session, names.Recipient, out var recipient)
            || !TryNumber(session, names.Other, out var other) || !TryNumber(session, names.Type, out var type)
            || !TryNumber(session, query.VisibleTo?.ToString(), out var visible)) return;
        var rows = session.Use(SqliteSql.ListMessages(Driver(query, sender, recipient, type)))
            .Bind(upper.Accepted).Bind(upper.Number).Bind(query.Since?.UtcTicks ?? long.MinValue)
            .Bind(sender).Bind(recipient).Bind(other).Bind(type).Bind((long?)query.State).Bind(query.Conversation)
            .Bind(visible is null ? null : query.VisibleAt?.UtcTicks).Bind(visible);
        using var scope = rows.Rows();
        var (count, last) = (0, -1L);
        while (count <= query.Limit && rows.Step())
        {
            if (rows.Int(0) == last) continue;
            last = rows.Int(0);
            count++;
            found.Add(new Row(rows.Int(11), last, Rows.Message(rows, session)));
        }
    }

    // The fewest rows first: a conversation, what is unfinished or failed, one system's messages, one type's, everything.
    private static MessageDriver Driver(MessageQuery query, long? sender, long? recipient, long? type)
    {
        if (query.Conversation is not null) return MessageDriver.Conversation;
        if (query.State is not (null or DeliveryState.Delivered or DeliveryState.Acknowledged)) return MessageDriver.State;
        if (recipient is not null) return MessageDriver.Recipient;
        if (sender is not null) return MessageDriver.Sender;
        if (type is not null) return MessageDriver.Type;
        return query.State is not null ? MessageDriver.State : MessageDriver.Time;
    }

    private static (long Accepted, long Number) Upper(MessageQuery query)
    {
        var until = (query.Until?.UtcTicks ?? long.MaxValue, long.MinValue);
        if (query.Cursor is null) return until;
        var cursor = Cursors.Read(query.Cursor);
        return (cursor.Accepted, cursor.Message).CompareTo(until) < 0 ? (cursor.Accepted, cursor.Message) : until;
    }

    private static bool TryNumber(SqliteSession session, string? name, out long? number)
    {
        number = name is null ? null : session.NameId(name);
        return name is null || number is not null;
    }

    private readonly record struct Names(string? Sender, string? Recipient, string? Other, string? Type);

    private readonly record struct Row(long Accepted, long Number, MessageRecord Message);
}
