namespace Hub.Adapters.Stores.Sqlite;

/// <summary>What a list of messages is found by; the other filters are then looked at row by row.</summary>
internal enum MessageDriver
{
    Time,
    Type,
    Sender,
    Recipient,
    State,
    Conversation,
}

internal static partial class SqliteSql
{
    // ?1 upper accepted, ?2 upper num (both exclusive, as a pair), ?3 lower accepted (inclusive), ?4 sender, ?5 recipient,
    // ?6 another recipient, ?7 type, ?8 state, ?9 conversation, ?10 instant after which messages are held back from ?11, who
    // looks: a sender sees all of its own, a recipient its own delivery; null does not filter.
    private const string Filters = """
        (?4 IS NULL OR m.sender = ?4)
        AND (?5 IS NULL OR EXISTS (SELECT 1 FROM delivery r WHERE r.message = m.num AND r.recipient = ?5))
        AND (?6 IS NULL OR EXISTS (SELECT 1 FROM delivery r WHERE r.message = m.num AND r.recipient = ?6))
        AND (?7 IS NULL OR m.type = ?7)
        AND (?8 IS NULL OR EXISTS (SELECT 1 FROM delivery s WHERE s.message = m.num AND s.state = ?8 AND (?11 IS NULL OR m.sender = ?11 OR s.recipient = ?11)))
        AND (?9 IS NULL OR m.conversation = ?9)
        AND (?10 IS NULL OR m.not_before IS NULL OR m.not_before <= ?10 OR m.sender = ?11)
        """;

    private static readonly string[] MessageLists = Array.ConvertAll(Enum.GetValues<MessageDriver>(), MessageListOf);

    /// <summary>Messages, newest first; by state a message may come several times in a row. The last column tells whether it
    /// passes all filters: rows that do not are counted by who reads.</summary>
    internal static string ListMessages(MessageDriver driver) => MessageLists[(int)driver];

    private static string MessageListOf(MessageDriver driver) => driver switch
    {
        MessageDriver.Type => FromMessages("message_type", "m.type = ?7 AND "),
        MessageDriver.Sender => FromMessages("message_sender", "m.sender = ?4 AND "),
        MessageDriver.Conversation => FromMessages("message_conversation", "m.conversation = ?9 AND "),
        MessageDriver.Recipient => FromDeliveries("delivery_recipient", "d.recipient = ?5 AND "),
        MessageDriver.State => FromDeliveries("delivery_state", "d.state = ?8 AND "),
        _ => FromMessages("message_accepted", ""),
    };

    private static string FromMessages(string index, string by) => $"""
        SELECT {MessageColumns}, ({Filters}) FROM message m INDEXED BY {index}
        WHERE {by}(m.accepted, m.num) < (?1, ?2) AND m.accepted >= ?3 ORDER BY m.accepted DESC, m.num DESC
        """;

    private static string FromDeliveries(string index, string by) => $"""
        SELECT {MessageColumns}, ({Filters}) FROM delivery d INDEXED BY {index} CROSS JOIN message m ON m.num = d.message
        WHERE {by}(d.accepted, d.message) < (?1, ?2) AND d.accepted >= ?3 ORDER BY d.accepted DESC, d.message DESC
        """;
}
