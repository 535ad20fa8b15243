using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.SqlServer;

/// <summary>The texts of reads in Transact-SQL. Whatever grows with the store is reached through an index: lists are walked in the order of
/// theirs, never sorted.</summary>
internal static class SqlServerReadSql
{
    // Leaps from one recipient to the next.
    private const string EachUnfinished = """
        DECLARE @found TABLE (recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
        DECLARE @next nvarchar(200) = N'';
        WHILE 1 = 1
        BEGIN
            SELECT @next = MIN(d.recipient) FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient > @next;
            IF @next IS NULL BREAK;
            INSERT INTO @found (recipient) VALUES (@next);
        END;
        """;

    private const string QueueColumns = "d.attempts, d.due, d.since, d.accepted";

    private const string VersionColumns = "v.version, v.time, v.actor, v.approved_by, v.reason, v.entry";

    // @visible_at: after it messages are held back from @visible, who looks: a sender sees all of its own, a recipient its own delivery.
    // Null does not filter.
    private const string Filters = """
        (@sender IS NULL OR m.sender = @sender)
        AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
        AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
        AND (@type IS NULL OR m.type = @type)
        AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
        AND (@conversation IS NULL OR m.conversation = @conversation)
        AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
        """;

    private static readonly ListSql[] MessageLists = Array.ConvertAll(Enum.GetValues<MessageDriver>(), MessageListOf);

    internal static ReadSql Texts { get; } = new()
    {
        FindMessage = $"SELECT {SqlServerColumns.Message} FROM hub.message_key k JOIN hub.message m ON m.num = k.num WHERE k.[key] = @key;",
        FindReply = $"""
            SELECT TOP (1) {SqlServerColumns.Message} FROM hub.message_key k JOIN hub.message q ON q.num = k.num JOIN hub.message m ON m.in_reply_to = @key
            WHERE k.[key] = @key AND m.type = @type AND (m.not_before IS NULL OR m.not_before <= @now)
            AND EXISTS (SELECT 1 FROM hub.delivery a WHERE a.message = q.num AND a.recipient = m.sender)
            AND EXISTS (SELECT 1 FROM hub.delivery b WHERE b.message = m.num AND b.recipient = q.sender)
            ORDER BY m.num;
            """,
        CountReplies = "SELECT COUNT(*) FROM (SELECT TOP (@most) m.num FROM hub.message m WHERE m.in_reply_to = @key AND m.sender = @sender) r;",
        FindBody = "SELECT b.data_key, b.octets FROM hub.message_key k JOIN hub.body b ON b.num = k.num WHERE k.[key] = @key;",
        ReadMessages = $"""
            SELECT {SqlServerColumns.Message}, b.data_key, CASE WHEN SUM(m.size) OVER (ORDER BY m.num ROWS UNBOUNDED PRECEDING) <= @octets THEN b.octets END
            FROM @keys w JOIN hub.message_key k ON k.[key] = w.value JOIN hub.message m ON m.num = k.num LEFT JOIN hub.body b ON b.num = m.num;
            """,
        DeliveriesOfMessage = $"SELECT {SqlServerColumns.Delivery} FROM hub.message_key k JOIN hub.delivery d ON d.message = k.num WHERE k.[key] = @key ORDER BY d.id;",
        FindDelivery = $"SELECT {SqlServerColumns.Delivery} FROM hub.delivery d WHERE d.id = @id;",
        Untaken = $"""
            SELECT TOP (@limit) {SqlServerColumns.Delivery} FROM hub.delivery d
            WHERE d.ready IS NOT NULL AND d.recipient = @recipient AND d.id > @after AND (d.state = 0 OR d.claimed_until <= @now) AND d.protocol = 0 ORDER BY d.id;
            """,

        UnfinishedRecipients = $"""
            {EachUnfinished}
            SELECT f.recipient FROM @found f;
            """,
        Backlogs = "SELECT d.recipient, COUNT_BIG(*) FROM hub.delivery d WHERE d.ready IS NOT NULL GROUP BY d.recipient HAVING COUNT_BIG(*) >= @floor;",
        Messages = static driver => MessageLists[(int)driver],
        DeliveriesInState = DeliveryListOf("d.state = @state", "(@recipient IS NULL OR d.recipient = @recipient)"),
        DeliveriesSettled = DeliveryListOf("d.state = @state", "(@recipient IS NULL OR d.recipient = @recipient)"),
        DeliveriesOfRecipient = DeliveryListOf("d.recipient = @recipient", "d.state = @state"),
        DeadGroups = DeadGroupsBy("(n.recipient > @recipient OR (n.recipient = @recipient AND n.last_problem > @problem))"),
        DeadGroupsOfRecipient = DeadGroupsBy("n.recipient = @recipient AND n.last_problem > @problem"),
        HasDead = "SELECT TOP (1) 1 FROM hub.delivery d WHERE d.state = 4 AND d.recipient = @recipient AND d.last_problem = @problem;",
        IsUploadNamed = "SELECT TOP (1) 1 FROM hub.message_upload u WHERE u.sender = @owner AND u.sha256 = @sha256 AND u.erased = 0;",

        // The two halves do not meet: an entry has either its message's number or, when the store holds no such message, its key.
        EntriesOfMessage = $"""
            SELECT {SqlServerColumns.Entry} FROM hub.message_key k JOIN hub.entry e ON e.message = k.num WHERE k.[key] = @key
            UNION ALL SELECT {SqlServerColumns.Entry} FROM hub.entry e WHERE e.[key] = @key ORDER BY idx;
            """,
        Entries = $"SELECT TOP (@count) {SqlServerColumns.Entry} FROM hub.entry e WHERE e.idx >= @first ORDER BY e.idx;",
        NewestCheckpoint = "SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC;",
        CheckpointOver = "SELECT TOP (1) c.note FROM hub.[checkpoint] c WHERE c.size > @entry ORDER BY c.size;",
        Tile = "SELECT t.hashes FROM hub.tile t WHERE t.level = @level AND t.idx = @index;",
        NewestRegistryVersion = "SELECT MAX(v.version) FROM hub.registry_version v;",
        HasRegistryVersion = "SELECT 1 FROM hub.registry_version v WHERE v.version = @version;",
        CurrentRegistryObjects = "SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.until IS NULL AND o.json IS NOT NULL;",
        PastRegistryObjects = "SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.version <= @version AND (o.until IS NULL OR o.until > @version) AND o.json IS NOT NULL;",
        RegistryVersions = $"SELECT TOP (@limit) {VersionColumns} FROM hub.registry_version v WHERE v.version > @after ORDER BY v.version;",
        RegistryObjectsOfVersion = "SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.version = @version ORDER BY o.num;",

        // By version, not by time: a clock that was set back must not hide the later version.
        RegistryVersionAt = "SELECT TOP (1) v.version FROM hub.registry_version v WHERE v.time <= @at ORDER BY v.version DESC;",
        RegistryHistory = $"""
            SELECT TOP (@limit) o.section, o.id, o.json, {VersionColumns} FROM hub.registry_object o JOIN hub.registry_version v ON v.version = o.version
            WHERE o.section = @section AND o.id = @id AND o.version <= @until ORDER BY o.version DESC;
            """,
        KeyHistory = "SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.section = N'keys' AND o.id > @from AND o.id < @until AND o.version > @after AND o.json IS NOT NULL ORDER BY o.version, o.num;",
        FindProposal = "SELECT p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE p.id = @id;",
        Proposals = "SELECT TOP (@limit) p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE @before IS NULL OR p.id < @before ORDER BY p.id DESC;",
        ProposalsInState = "SELECT TOP (@limit) p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE p.state = @state AND (@before IS NULL OR p.id < @before) ORDER BY p.id DESC;",
        RegistryDocument = "SELECT TOP (1) r.version, r.document FROM hub.registry r ORDER BY r.version DESC;",
        AppState = "SELECT s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] = @key;",
        AppStates = "SELECT TOP (@limit) s.[key], s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] >= @prefix AND LEFT(s.[key], DATALENGTH(@prefix) / 2) = @prefix ORDER BY s.[key];",
        Counts = "SELECT c.state, SUM(c.count) FROM hub.delivery_count c GROUP BY c.state;",
        // What is behind another is in the front of all.
        Queues = $"""
            {EachUnfinished}
            SELECT f.recipient, (SELECT COUNT_BIG(*) FROM (SELECT TOP (@most) d.id FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient = f.recipient) c),
            (SELECT MIN(CASE WHEN o.attempts = 0 THEN o.due ELSE COALESCE(o.since, o.accepted) END) FROM (
                {string.Join(" UNION ALL ", Enumerable.Range(0, 5).Select(ReadyOfRank))}
                UNION ALL SELECT w.attempts, w.due, w.since, w.accepted FROM (SELECT TOP (1000) {QueueColumns} FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = f.recipient ORDER BY d.wake) w
                UNION ALL SELECT u.attempts, u.due, u.since, u.accepted FROM (SELECT TOP (1000) {QueueColumns} FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient = f.recipient ORDER BY d.id) u) o
                WHERE o.attempts > 0 OR o.due <= @now)
            FROM @found f;
            """,
        OldestQueued = "SELECT TOP (1) d.due FROM hub.delivery d WHERE d.state = 0 ORDER BY d.accepted, d.message, d.id;",
    };

    private static string ReadyOfRank(int rank) =>
        $"SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) {QueueColumns} FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = {rank} ORDER BY d.id) r";

    private static string DeadGroupsBy(string which) => $"""
        WITH g AS (
            SELECT TOP (@limit) n.recipient, n.last_problem, COUNT_BIG(*) AS deliveries, MIN(n.changed) AS oldest, MAX(n.changed) AS newest FROM hub.delivery n
            WHERE n.state = 4 AND {which}
            GROUP BY n.recipient, n.last_problem ORDER BY n.recipient, n.last_problem
        )
        SELECT g.recipient, g.last_problem, g.deliveries, g.oldest, g.newest, (
            SELECT TOP (1) d.last_detail FROM hub.delivery d
            WHERE d.state = 4 AND d.recipient = g.recipient AND d.last_problem = g.last_problem ORDER BY d.changed DESC)
        FROM g WHERE g.last_problem IS NOT NULL ORDER BY g.recipient, g.last_problem;
        """;

    private static ListSql MessageListOf(MessageDriver driver) => driver switch
    {
        MessageDriver.Type => FromMessages("m.type = @type AND"),
        MessageDriver.Sender => FromMessages("m.sender = @sender AND"),
        MessageDriver.Conversation => FromMessages("m.conversation = @conversation AND"),
        MessageDriver.Recipient => FromDeliveries("d.recipient = @recipient AND"),
        MessageDriver.State => FromDeliveries("d.state = @state AND"),
        _ => FromMessages(""),
    };

    private static ListSql FromMessages(string by)
    {
        var range = $"FROM hub.message m WHERE {by} m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC";
        return new ListSql(
            $"""
            SELECT TOP (@given) {SqlServerColumns.Message} FROM (SELECT TOP (@scanned) {SqlServerColumns.Message} {range}) m
            WHERE {Filters}
            ORDER BY m.accepted DESC, m.num DESC OPTION (RECOMPILE);
            """,
            $"SELECT m.accepted, m.num {range} {Last} OPTION (RECOMPILE);");
    }

    // By state a message may come several times in a row.
    private static ListSql FromDeliveries(string by)
    {
        var range = $"FROM hub.delivery d WHERE {by} d.accepted <= @accepted AND (d.accepted < @accepted OR d.message < @num) AND d.accepted >= @since ORDER BY d.accepted DESC, d.message DESC";
        return new ListSql(
            $"""
            SELECT TOP (@given) {SqlServerColumns.Message} FROM (SELECT DISTINCT x.accepted, x.message FROM (SELECT TOP (@scanned) d.accepted, d.message {range}) x) y
            JOIN hub.message m ON m.num = y.message
            WHERE {Filters}
            ORDER BY y.accepted DESC, y.message DESC OPTION (RECOMPILE);
            """,
            $"SELECT d.accepted, d.message {range} {Last} OPTION (RECOMPILE);");
    }

    private static ListSql DeliveryListOf(string by, string filter)
    {
        var range = $"""
            FROM hub.delivery d WHERE {by} AND d.accepted >= @accepted
                AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id
            """;
        return new ListSql(
            $"SELECT TOP (@given) {SqlServerColumns.Delivery}, d.accepted FROM (SELECT TOP (@scanned) {SqlServerColumns.Delivery}, d.accepted {range}) d WHERE {filter} ORDER BY d.accepted, d.message, d.id OPTION (RECOMPILE);",
            $"SELECT d.accepted, d.message, d.id {range} {Last} OPTION (RECOMPILE);");
    }

    /// <summary>The last row that a page looks at, when there are as many.</summary>
    private const string Last = "OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY";
}
