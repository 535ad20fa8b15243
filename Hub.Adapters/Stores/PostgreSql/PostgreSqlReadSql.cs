using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The texts of reads in PostgreSQL. Whatever grows with the store is reached through an index: lists are walked in the order of
/// theirs, never sorted.</summary>
/// <remarks>Sessions plan before they know values and sizes, and rather walk an index in its order than sort. Where few rows are found by
/// one index and wanted in another order, they are therefore found first (<c>MATERIALIZED</c>).</remarks>
internal static class PostgreSqlReadSql
{
    // The look-up of each row is a scalar subquery: EXISTS would be turned into a join, or into a table of all that it could find.
    // $1 $2 accepted and number before which, $3 accepted since, $4 sender, $5 recipient, $6 another recipient, $7 type, $8 state,
    // $9 conversation, $10 instant after which messages are held back from $11, who looks: a sender sees all of its own, a recipient
    // its own delivery; null does not filter. $12 rows looked at, $13 rows given.
    private const string Filters = """
        ($4::text IS NULL OR m.sender = $4)
        AND ($5::text IS NULL OR (SELECT true FROM delivery r WHERE r.message = m.num AND r.recipient = $5))
        AND ($6::text IS NULL OR (SELECT true FROM delivery r WHERE r.message = m.num AND r.recipient = $6))
        AND ($7::text IS NULL OR m.type = $7)
        AND ($8::smallint IS NULL OR (SELECT true FROM delivery s WHERE s.message = m.num AND s.state = $8 AND ($11::text IS NULL OR m.sender = $11 OR s.recipient = $11) LIMIT 1))
        AND ($9::text IS NULL OR m.conversation = $9)
        AND ($10::timestamptz IS NULL OR m.not_before IS NULL OR m.not_before <= $10 OR m.sender = $11)
        """;

    // As the index says: a plan that is made before the state is known must hear it.
    private const string IsUnsettled = "state NOT IN (2, 3)";

    // Leaps from one recipient to the next: three look-ups for each.
    private const string EachUnfinished = """
        WITH RECURSIVE found AS (
            SELECT least(
                (SELECT min(recipient) FROM delivery WHERE ready AND NOT behind),
                (SELECT min(recipient) FROM delivery WHERE NOT ready AND NOT behind),
                (SELECT min(recipient) FROM delivery WHERE ready IS NOT NULL AND behind)) AS recipient
            UNION ALL
            SELECT least(
                (SELECT min(d.recipient) FROM delivery d WHERE d.ready AND NOT d.behind AND d.recipient > f.recipient),
                (SELECT min(d.recipient) FROM delivery d WHERE NOT d.ready AND NOT d.behind AND d.recipient > f.recipient),
                (SELECT min(d.recipient) FROM delivery d WHERE d.ready IS NOT NULL AND d.behind AND d.recipient > f.recipient))
            FROM found f WHERE f.recipient IS NOT NULL
        )
        """;

    private const string QueueColumns = "d.attempts, d.due, d.since, d.accepted";

    private const string VersionColumns = "v.version, v.time, v.actor, v.approved_by, v.reason, v.entry";
    private static readonly ListSql[] MessageLists = Array.ConvertAll(Enum.GetValues<MessageDriver>(), MessageListOf);

    internal static readonly ReadSql Texts = new()
    {
        FindMessage = $"SELECT {Rows.MessageColumns} FROM message m WHERE m.num = (SELECT num FROM message_key WHERE key = $1)",
        FindReply = $"""
            WITH replies AS MATERIALIZED (
                SELECT * FROM message WHERE in_reply_to = $1 AND type = $2 AND (not_before IS NULL OR not_before <= $3)
            ), request AS MATERIALIZED (SELECT num, sender FROM message WHERE num = (SELECT num FROM message_key WHERE key = $1))
            SELECT {Rows.MessageColumns} FROM request q CROSS JOIN replies m
            WHERE (SELECT true FROM delivery a WHERE a.message = q.num AND a.recipient = m.sender)
            AND (SELECT true FROM delivery b WHERE b.message = m.num AND b.recipient = q.sender)
            ORDER BY m.num LIMIT 1
            """,
        CountReplies = "SELECT count(*)::integer FROM (SELECT FROM message m WHERE m.in_reply_to = $1 AND m.sender = $2 LIMIT $3) r",
        FindBody = "SELECT data_key, octets FROM body WHERE num = (SELECT num FROM message_key WHERE key = $1)",

        // Key by key, since a plan for many would read the months whole.
        ReadMessages = $"""
            WITH k AS MATERIALIZED (SELECT num FROM message_key WHERE key = ANY ($1::bytea[]))
            SELECT {Rows.MessageColumns}, b.data_key, CASE WHEN sum(m.size) OVER (ORDER BY m.num) <= $2::bigint THEN b.octets END
            FROM k CROSS JOIN LATERAL (SELECT * FROM message WHERE num = k.num LIMIT 1) m
            LEFT JOIN LATERAL (SELECT data_key, octets FROM body WHERE num = k.num LIMIT 1) b ON true
            """,
        DeliveriesOfMessage = $"""
            WITH d AS MATERIALIZED (SELECT * FROM delivery WHERE message = (SELECT num FROM message_key WHERE key = $1))
            SELECT {Rows.DeliveryColumns} FROM d ORDER BY d.id
            """,
        FindDelivery = $"SELECT {Rows.DeliveryColumns} FROM delivery d WHERE d.id = $1",
        Untaken = $"""
            WITH d AS MATERIALIZED (
                SELECT * FROM delivery WHERE ready AND NOT behind AND recipient = $1 AND id > $3
                UNION ALL SELECT * FROM delivery WHERE NOT ready AND NOT behind AND recipient = $1 AND id > $3
                UNION ALL SELECT * FROM delivery WHERE ready IS NOT NULL AND behind AND recipient = $1 AND id > $3
            )
            SELECT {Rows.DeliveryColumns} FROM d WHERE (d.state = 0 OR d.claimed_until <= $2) AND NOT d.protocol ORDER BY d.id LIMIT $4
            """,

        UnfinishedRecipients = $"""
            {EachUnfinished}
            SELECT recipient FROM found WHERE recipient IS NOT NULL
            """,

        // Each third from the index of its own.
        Backlogs = """
            SELECT recipient, sum(n)::bigint FROM (
                SELECT recipient, count(*) AS n FROM delivery WHERE ready AND NOT behind GROUP BY recipient
                UNION ALL SELECT recipient, count(*) FROM delivery WHERE NOT ready AND NOT behind GROUP BY recipient
                UNION ALL SELECT recipient, count(*) FROM delivery WHERE ready IS NOT NULL AND behind GROUP BY recipient) u
            GROUP BY recipient HAVING sum(n) >= $1
            """,
        Messages = static driver => MessageLists[(int)driver],
        DeliveriesInState = DeliveryListOf($"state = $1 AND {IsUnsettled}", "($2::text IS NULL OR d.recipient = $2)"),
        DeliveriesSettled = SettledDeliveries(),
        DeliveriesOfRecipient = DeliveryListOf("recipient = $2", "d.state = $1"),
        DeadGroups = DeadGroupsBy("(recipient, last_problem) > ($1, $2)"),
        DeadGroupsOfRecipient = DeadGroupsBy("recipient = $1 AND last_problem > $2"),
        HasDead = "SELECT 1 FROM delivery WHERE state = 4 AND recipient = $1 AND last_problem = $2 LIMIT 1",
        IsUploadNamed = "SELECT 1 FROM message_upload WHERE sender = $1 AND sha256 = $2 AND NOT erased LIMIT 1",

        // The two halves do not meet: an entry has either its message's number or, when the store holds no such message, its key.
        EntriesOfMessage = $"""
            WITH e AS MATERIALIZED (
                SELECT * FROM entry WHERE message = (SELECT num FROM message_key WHERE key = $1)
                UNION ALL SELECT * FROM entry WHERE key = $1
            )
            SELECT {Rows.EntryColumns} FROM e ORDER BY e.idx
            """,
        Entries = $"SELECT {Rows.EntryColumns} FROM entry e WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2",
        NewestCheckpoint = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
        CheckpointOver = "SELECT note FROM checkpoint WHERE size > $1 ORDER BY size LIMIT 1",
        Tile = "SELECT hashes FROM tile WHERE level = $1 AND idx = $2",
        NewestRegistryVersion = "SELECT max(version) FROM registry_version",
        HasRegistryVersion = "SELECT 1 FROM registry_version WHERE version = $1",
        CurrentRegistryObjects = "SELECT section, id, json FROM registry_object WHERE until IS NULL AND json IS NOT NULL",
        PastRegistryObjects = "SELECT section, id, json FROM registry_object WHERE version <= $1 AND (until IS NULL OR until > $1) AND json IS NOT NULL",
        RegistryVersions = $"SELECT {VersionColumns} FROM registry_version v WHERE v.version > $1 ORDER BY v.version LIMIT $2",
        RegistryObjectsOfVersion = "SELECT section, id, json FROM registry_object WHERE version = $1 ORDER BY num",

        // By version, not by time: a clock that was set back must not hide the later version.
        RegistryVersionAt = "SELECT version FROM registry_version WHERE time <= $1 ORDER BY version DESC LIMIT 1",
        RegistryHistory = $"""
            SELECT o.section, o.id, o.json, {VersionColumns}
            FROM (SELECT * FROM registry_object WHERE section = $1 AND id = $2 AND version <= $3 ORDER BY version DESC LIMIT $4) o
            CROSS JOIN LATERAL (SELECT * FROM registry_version WHERE version = o.version LIMIT 1) v ORDER BY o.version DESC
            """,
        KeyHistory = """
            WITH found AS MATERIALIZED (SELECT * FROM registry_object WHERE section = 'keys' AND id > $1 AND id < $2 AND version > $3 AND json IS NOT NULL)
            SELECT section, id, json FROM found ORDER BY version, num
            """,
        FindProposal = "SELECT id, kind, state, created, json FROM proposal WHERE id = $1",
        Proposals = "SELECT id, kind, state, created, json FROM proposal WHERE ($1::text IS NULL OR id < $1) ORDER BY id DESC LIMIT $2",
        ProposalsInState = "SELECT id, kind, state, created, json FROM proposal WHERE state = $1 AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        RegistryDocument = "SELECT version, document FROM registry ORDER BY version DESC LIMIT 1",
        AppState = "SELECT value FROM app_state WHERE app = $1 AND key = $2",
        AppStates = "SELECT key, value FROM app_state WHERE app = $1 AND key >= $2 AND starts_with(key, $2) ORDER BY key LIMIT $3",
        Counts = "SELECT state, sum(count)::bigint FROM delivery_count GROUP BY state",

        // Those of a rank that may be claimed stand nearly by age, and so do those behind another: a replay stands before what is older, and one
        // held back by its sender behind another. Waiting ones do not stand by age.
        Queues = $"""
            {EachUnfinished}
            SELECT f.recipient, (SELECT count(*) FROM (
                (SELECT 1 FROM delivery d WHERE d.ready AND NOT d.behind AND d.recipient = f.recipient LIMIT $2)
                UNION ALL (SELECT 1 FROM delivery d WHERE NOT d.ready AND NOT d.behind AND d.recipient = f.recipient LIMIT $2)
                UNION ALL (SELECT 1 FROM delivery d WHERE d.ready IS NOT NULL AND d.behind AND d.recipient = f.recipient LIMIT $2)
                LIMIT $2) c),
            (SELECT min(CASE WHEN o.attempts = 0 THEN o.due ELSE coalesce(o.since, o.accepted) END) FROM (
                SELECT x.* FROM generate_series(0, 4) r CROSS JOIN LATERAL (
                    SELECT {QueueColumns} FROM delivery d WHERE d.ready AND NOT d.behind AND d.recipient = f.recipient AND d.rank = r::smallint ORDER BY d.id LIMIT 100) x
                UNION ALL (SELECT {QueueColumns} FROM delivery d WHERE NOT d.ready AND NOT d.behind AND d.recipient = f.recipient ORDER BY d.wake LIMIT 1000)
                UNION ALL (SELECT {QueueColumns} FROM delivery d WHERE d.ready IS NOT NULL AND d.behind AND d.recipient = f.recipient ORDER BY d.id LIMIT 100)
                ) o WHERE o.attempts > 0 OR o.due <= $1)
            FROM found f WHERE f.recipient IS NOT NULL
            """,
        OldestQueued = "SELECT due FROM delivery WHERE state = 0 AND state NOT IN (2, 3) ORDER BY accepted, message, id LIMIT 1",
    };

    private static string DeadGroupsBy(string which) => $"""
        WITH g AS MATERIALIZED (
            SELECT recipient, last_problem, count(*) AS deliveries, min(changed) AS oldest, max(changed) AS newest FROM delivery
            WHERE state = 4 AND {which} GROUP BY recipient, last_problem ORDER BY recipient, last_problem LIMIT $3
        )
        SELECT g.recipient, g.last_problem, g.deliveries, g.oldest, g.newest, (
            SELECT d.last_detail FROM delivery d
            WHERE d.state = 4 AND d.recipient = g.recipient AND d.last_problem = g.last_problem ORDER BY d.changed DESC LIMIT 1)
        FROM g ORDER BY g.recipient, g.last_problem
        """;

    private static ListSql MessageListOf(MessageDriver driver) => driver switch
    {
        MessageDriver.Type => FromMessages("type = $7 AND"),
        MessageDriver.Sender => FromMessages("sender = $4 AND"),
        MessageDriver.Conversation => FromMessages("conversation = $9 AND"),
        MessageDriver.Recipient => FromDeliveries("recipient = $5 AND"),
        MessageDriver.State => FromDeliveries($"state = $8 AND {IsUnsettled} AND"),
        _ => FromMessages(""),
    };

    private static ListSql FromMessages(string by)
    {
        var range = $"FROM message WHERE {by} (accepted, num) < ($1, $2) AND accepted >= $3 ORDER BY accepted DESC, num DESC LIMIT $12";
        return new ListSql(
            $"SELECT {Rows.MessageColumns} FROM (SELECT * {range}) m WHERE {Filters} ORDER BY m.accepted DESC, m.num DESC LIMIT $13",
            $"SELECT accepted, num FROM (SELECT accepted, num {range}) m ORDER BY accepted DESC, num DESC LIMIT 1 OFFSET $12 - 1");
    }

    // By state a message may come several times in a row.
    private static ListSql FromDeliveries(string by)
    {
        var range = $"SELECT accepted, message FROM delivery WHERE {by} (accepted, message) < ($1, $2) AND accepted >= $3 ORDER BY accepted DESC, message DESC LIMIT $12";
        return new ListSql(
            $"""
            SELECT DISTINCT ON (d.accepted, d.message) {Rows.MessageColumns} FROM ({range}) d JOIN message m ON m.num = d.message
            WHERE {Filters} ORDER BY d.accepted DESC, d.message DESC LIMIT $13
            """,
            $"SELECT accepted, message FROM ({range}) d ORDER BY accepted DESC, message DESC LIMIT 1 OFFSET $12 - 1");
    }

    private static ListSql DeliveryListOf(string by, string filter)
    {
        var range = $"FROM delivery WHERE {by} AND (accepted, message, id) > ($3, $4, $5) ORDER BY accepted, message, id LIMIT $6";
        return new ListSql(
            $"SELECT {Rows.DeliveryColumns}, d.accepted FROM (SELECT * {range}) d WHERE {filter} ORDER BY d.accepted, d.message, d.id LIMIT $7",
            $"SELECT accepted, message, id FROM (SELECT accepted, message, id {range}) d ORDER BY accepted, message, id LIMIT 1 OFFSET $6 - 1");
    }
    // By their messages. At most the deliveries of one message are sorted at once.
    private static ListSql SettledDeliveries()
    {
        const string Range = "SELECT accepted, num FROM message WHERE (accepted, num) >= ($3, $4) ORDER BY accepted, num";
        return new ListSql(
            $"""
            SELECT {Rows.DeliveryColumns}, d.accepted FROM ({Range} LIMIT $6) m CROSS JOIN LATERAL (SELECT * FROM delivery WHERE message = m.num OFFSET 0) d
            WHERE d.state = $1 AND ($2::text IS NULL OR d.recipient = $2) AND (m.num > $4 OR m.accepted > $3 OR d.id > $5)
            ORDER BY m.accepted, m.num, d.id LIMIT $7
            """,
            $"SELECT accepted, num, 0::bigint FROM ({Range}) m LIMIT 1 OFFSET $6");
    }
}
