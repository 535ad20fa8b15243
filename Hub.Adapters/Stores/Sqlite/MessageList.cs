using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Lists messages, newest first, by the index that fits the filters best.</summary>
internal static class MessageList
{
    private const int Matches = 23;

    /// <summary>One page; it ends, with a cursor, after <paramref name="mostScanned"/> rows looked at, whatever it holds.</summary>
    internal static Page<MessageRecord> Read(SqliteSession session, MessageQuery query, int mostScanned)
    {
        var upper = Upper(query);
        Place? reached = null;
        var (sender, recipient, type) = (query.From?.ToString(), query.Recipient?.ToString(), query.Type?.ToString());
        var found = new List<Row>();
        if (query.VisibleTo is not { } visible || visible == query.From || visible == query.Recipient)
        {
            reached = Collect(session, query, upper, new Names(sender, recipient, null, type), mostScanned, found);
        }
        else
        {
            // Two ordered halves: an OR over both would have to sort everything. Both are complete down to where the first
            // of them stopped.
            if (sender is null) reached = Collect(session, query, upper, new Names(visible.ToString(), recipient, null, type), mostScanned, found);
            var other = Collect(session, query, upper, new Names(sender, visible.ToString(), recipient, type), mostScanned, found);
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
            if (items.Count == limit) return new Page<MessageRecord>(items, Cursors.Write(last.Accepted, last.Number));
            items.Add(message);
            last = place;
        }

        return new Page<MessageRecord>(items, reached is { } end ? Cursors.Write(end.Accepted, end.Number) : null);
    }

    /// <returns>The last place looked at, when that was not the end; null at the end or with more found than the page takes.</returns>
    private static Place? Collect(SqliteSession session, MessageQuery query, Place upper, Names names, int mostScanned, List<Row> found)
    {
        if (!TryNumber(session, names.Sender, out var sender) || !TryNumber(session, names.Recipient, out var recipient)
            || !TryNumber(session, names.Other, out var other) || !TryNumber(session, names.Type, out var type)
            || !TryNumber(session, query.VisibleTo?.ToString(), out var visible)) return null;
        var rows = session.Use(SqliteSql.ListMessages(Driver(query, sender, recipient, type)))
            .Bind(upper.Accepted).Bind(upper.Number).Bind(query.Since?.UtcTicks ?? long.MinValue)
            .Bind(sender).Bind(recipient).Bind(other).Bind(type).Bind((long?)query.State).Bind(query.Conversation)
            .Bind(visible is null ? null : query.VisibleAt?.UtcTicks).Bind(visible);
        using var scope = rows.Rows();
        var (count, last) = (0, default(Place));
        for (var scanned = 0; count <= query.Limit && rows.Step(); scanned++)
        {
            if (scanned == mostScanned) return last;
            var place = new Place(rows.Int(11), rows.Int(0));
            if (rows.Int(Matches) != 0 && (count == 0 || place != last))
            {
                count++;
                found.Add(new Row(place, Rows.Message(rows, session)));
            }

            last = place;
        }

        return null;
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

    private static Place Upper(MessageQuery query)
    {
        var until = new Place(query.Until?.UtcTicks ?? long.MaxValue, long.MinValue);
        if (query.Cursor is null) return until;
        var (accepted, message, _) = Cursors.Read(query.Cursor);
        var cursor = new Place(accepted, message);
        return cursor.CompareTo(until) < 0 ? cursor : until;
    }

    private static bool TryNumber(SqliteSession session, string? name, out long? number)
    {
        number = name is null ? null : session.NameId(name);
        return name is null || number is not null;
    }

    private readonly record struct Names(string? Sender, string? Recipient, string? Other, string? Type);

    private readonly record struct Row(Place Place, MessageRecord Message);

    private readonly record struct Place(long Accepted, long Number)
    {
        internal int CompareTo(Place other) => (Accepted, Number).CompareTo((other.Accepted, other.Number));
    }
}
