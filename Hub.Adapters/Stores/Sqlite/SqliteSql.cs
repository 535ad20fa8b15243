namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Every statement of the SQLite dialect but the schema. Parameters are bound in the order of their question marks.</summary>
internal static partial class SqliteSql
{
    internal const string Begin = "BEGIN IMMEDIATE";
    internal const string BeginRead = "BEGIN";
    internal const string Commit = "COMMIT";
    internal const string Rollback = "ROLLBACK";
    internal const string ReadVersion = "PRAGMA user_version";

    // synchronous=FULL syncs the WAL at every commit; NORMAL would lose receipted messages in a power cut.
    // secure_delete zeroes erased keys in their pages. The keeper does the checkpoints (WalKeeper).
    /// <summary>How long the writer waits for another program that has locked the database, in milliseconds: those who wait for the
    /// commit are told soon enough to come again.</summary>
    internal const int WriterPatience = 1000;

    internal const string WriterPragmas = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 1000; PRAGMA secure_delete = ON;
        PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;
        """;

    internal const string ReaderPragmas = "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";

    // A checkpoint on a connection that has read nothing silently does nothing.
    internal const string CheckpointerPragmas = "PRAGMA busy_timeout = 0; PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema;";

    internal const string AllNames = "SELECT id, text FROM name";
    internal const string NameText = "SELECT text FROM name WHERE id = ?";
    internal const string NameId = "SELECT id FROM name WHERE text = ?";
    internal const string InsertName = "INSERT INTO name (text) VALUES (?)";

    internal const string MessageColumns = "m.num, m.key, m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until";
    internal const string FindMessage = $"SELECT {MessageColumns} FROM message m WHERE m.key = ?";

    /// <summary>?1 the request's key, ?2 the reply's type, ?3 now.</summary>
    internal const string FindReply = $"""
        SELECT {MessageColumns} FROM message q CROSS JOIN message m INDEXED BY message_reply ON m.in_reply_to = ?1
        WHERE q.key = ?1 AND m.type = ?2 AND (m.not_before IS NULL OR m.not_before <= ?3)
        AND EXISTS (SELECT 1 FROM delivery a WHERE a.message = q.num AND a.recipient = m.sender)
        AND EXISTS (SELECT 1 FROM delivery b WHERE b.message = m.num AND b.recipient = q.sender)
        ORDER BY m.num LIMIT 1
        """;

    internal const string CountReplies = "SELECT count(*) FROM (SELECT 1 FROM message m INDEXED BY message_reply WHERE m.in_reply_to = ?1 AND m.sender = ?2 LIMIT ?3)";

    internal const string MessageNumber = "SELECT num FROM message WHERE key = ?";
    internal const string FindBody = "SELECT segment, offset, length, body_key FROM message WHERE key = ?";
    internal const string LastBody = "SELECT segment, offset, length FROM message ORDER BY num DESC LIMIT 1";

    internal const string InsertMessage = """
        INSERT INTO message (key, id, sender, type, encoding, size, sha256, content_digest, assurance, created, accepted, not_before, expires,
            priority, conversation, sequence, in_reply_to, subject, uploads, entry, erased, waited_until, segment, offset, length, body_key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    internal const string WriteWait = "UPDATE message SET waited_until = ? WHERE key = ?";
    internal const string EraseMessage = "UPDATE message SET body_key = NULL, subject = NULL, erased = ? WHERE num = ?";
    internal const string EraseDeliveries = "UPDATE delivery SET reason = NULL, last_detail = NULL WHERE message = ?";
    internal const string EraseEntries = "UPDATE entry SET salt = NULL, body = NULL WHERE message = ?";
    internal const string EraseEntriesOfKey = "UPDATE entry SET salt = NULL, body = NULL WHERE key = ?";

    internal const string NameUpload = "INSERT INTO message_upload (sender, sha256, message, erased) VALUES (?, ?, ?, 0)";
    internal const string EraseUpload = "UPDATE message_upload SET erased = 1 WHERE sender = ? AND sha256 = ? AND message = ?";
    internal const string IsUploadNamed = "SELECT 1 FROM message_upload WHERE sender = ? AND sha256 = ? AND erased = 0 LIMIT 1";
    internal const string ForgetErasedUpload = "DELETE FROM message_upload WHERE sender = ? AND sha256 = ? AND erased = 1";

    // A few rows: what was erased and not yet removed, and what erased messages share with others.
    internal const string ErasedUploads = """
        SELECT DISTINCT e.sender, e.sha256 FROM message_upload e INDEXED BY message_upload_erased
        WHERE e.erased = 1 AND NOT EXISTS (SELECT 1 FROM message_upload n WHERE n.sender = e.sender AND n.sha256 = e.sha256 AND n.erased = 0) LIMIT ?
        """;

    internal const string DeliveryColumns = "d.id, m.key, d.recipient, d.role, d.why, d.state, d.due, d.attempts, d.replays, d.claim, d.claimed_until, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.changed, d.accepted, d.message, d.interruptions, d.answers, d.answer, d.since, d.node, d.lane, d.lane_place, d.holds_lane";
    internal const string FindDelivery = $"SELECT {DeliveryColumns} FROM delivery d JOIN message m ON m.num = d.message WHERE d.id = ?";
    internal const string FindDeliveryOfMessage = $"SELECT {DeliveryColumns} FROM message m JOIN delivery d ON d.message = m.num WHERE m.key = ? AND d.recipient = ?";
    internal const string DeliveriesOfMessage = $"SELECT {DeliveryColumns} FROM message m JOIN delivery d ON d.message = m.num WHERE m.key = ? ORDER BY d.id";
    internal const string DeliveryState = "SELECT state FROM delivery WHERE id = ?";

    // The last column tells whether the row is wanted: rows that are not are counted by who reads.
    internal const string DeliveriesInState = $"""
        SELECT {DeliveryColumns}, (?5 IS NULL OR d.recipient = ?5) FROM delivery d INDEXED BY delivery_state JOIN message m ON m.num = d.message
        WHERE d.state = ?1 AND (d.accepted, d.message, d.id) > (?2, ?3, ?4)
        ORDER BY d.accepted, d.message, d.id
        """;

    // One recipient's settled deliveries: found by the recipient, because nearly all of them have that state.
    internal const string DeliveriesInStateOfRecipient = $"""
        SELECT {DeliveryColumns}, d.state = ?1 FROM delivery d INDEXED BY delivery_recipient JOIN message m ON m.num = d.message
        WHERE d.recipient = ?5 AND (d.accepted, d.message, d.id) > (?2, ?3, ?4)
        ORDER BY d.accepted, d.message, d.id
        """;

    internal const string DeadGroups = DeadGroupsSelected + " (recipient, last_problem) > (?1, ?2)" + DeadGroupsGrouped;
    internal const string DeadGroupsOfRecipient = DeadGroupsSelected + " recipient = ?1 AND last_problem > ?2" + DeadGroupsGrouped;
    internal const string HasDead = "SELECT 1 FROM delivery INDEXED BY delivery_dead WHERE state = 4 AND recipient = ?1 AND last_problem = ?2 LIMIT 1";

    private const string DeadGroupsSelected = """
        SELECT g.recipient, g.last_problem, g.deliveries, g.oldest, g.newest, (
            SELECT d.last_detail FROM delivery d INDEXED BY delivery_dead
            WHERE d.state = 4 AND d.recipient = g.recipient AND d.last_problem = g.last_problem ORDER BY d.changed DESC LIMIT 1)
        FROM (
            SELECT recipient, last_problem, count(*) AS deliveries, min(changed) AS oldest, max(changed) AS newest FROM delivery INDEXED BY delivery_dead
            WHERE state = 4 AND
        """;

    private const string DeadGroupsGrouped = " GROUP BY recipient, last_problem ORDER BY recipient, last_problem LIMIT ?3) g";

    internal const string InsertDelivery = """
        INSERT INTO delivery (message, recipient, accepted, rank, expires, role, why, state, ready, wake, due, attempts, interruptions, replays, claim, claimed_until,
            node, last_problem, last_detail, delivered_at, status, reason, outcome, asserted_by, answers, answer, since, lane, lane_place, holds_lane, blocks, changed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    internal const string UpdateDelivery = """
        UPDATE delivery SET role = ?, why = ?, state = ?, ready = ?, wake = ?, due = ?, attempts = ?, interruptions = ?, replays = ?, claim = ?, claimed_until = ?,
            node = ?, last_problem = ?, last_detail = ?, delivered_at = ?, status = ?, reason = ?, outcome = ?, asserted_by = ?, answers = ?, answer = ?, since = ?, lane = ?, lane_place = ?, holds_lane = ?, blocks = ?, changed = ?
        WHERE id = ?
        """;

    internal const string Claimable = $"""
        SELECT {DeliveryColumns} FROM delivery d INDEXED BY delivery_ready JOIN message m ON m.num = d.message
        WHERE d.ready = 1 AND d.recipient = ? AND d.rank = ? AND d.wake <= ? ORDER BY d.id LIMIT ?
        """;

    internal const string ClaimableProtocol = $"""
        SELECT {DeliveryColumns} FROM delivery d INDEXED BY delivery_ready JOIN message m ON m.num = d.message JOIN name t ON t.id = m.type
        WHERE d.ready = 1 AND d.recipient = ? AND d.rank = ? AND d.wake <= ? AND t.text GLOB 'hub.*' ORDER BY d.id LIMIT ?
        """;

    // Running claims stand among the waiting ones and are left out; an ended claim stands in either index.
    internal const string Untaken = $"""
        SELECT {DeliveryColumns} FROM (
            SELECT id FROM delivery INDEXED BY delivery_ready WHERE ready = 1 AND recipient = ?1 AND id > ?3
            UNION ALL SELECT id FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ?1 AND id > ?3
            UNION ALL SELECT id FROM delivery INDEXED BY delivery_behind WHERE ready = 2 AND recipient = ?1 AND id > ?3) u
        JOIN delivery d ON d.id = u.id JOIN message m ON m.num = d.message JOIN name t ON t.id = m.type
        WHERE (d.state = 0 OR d.claimed_until <= ?2) AND t.text NOT GLOB 'hub.*' ORDER BY d.id LIMIT ?4
        """;

    internal const string Promote = """
        UPDATE delivery SET ready = 1 WHERE id IN (
            SELECT id FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ? AND rank = ? AND wake <= ? ORDER BY wake LIMIT ?)
        """;

    internal const string Claim = "UPDATE delivery SET state = 1, ready = 0, wake = ?1, claimed_until = ?1, claim = ?2, node = ?5, attempts = attempts + 1, changed = ?3 WHERE id = ?4";

    // The attempt that a claim counted is given back, but not for ever: a delivery may be what brings the hub down.
    internal const string ReleaseClaims = """
        UPDATE delivery SET state = 0, attempts = attempts - (interruptions < ?3 AND attempts > 0), interruptions = interruptions + 1,
            ready = max(ready, 1), wake = ?1, due = ?1, claim = NULL, claimed_until = NULL, node = NULL, changed = ?1
        WHERE id IN (SELECT id FROM delivery INDEXED BY delivery_node WHERE node = ?2 AND id NOT IN (SELECT value FROM json_each(?5)) ORDER BY id LIMIT ?4)
        RETURNING recipient
        """;

    internal const string NextReady = "SELECT recipient FROM delivery INDEXED BY delivery_ready WHERE ready = 1 AND recipient > ? ORDER BY recipient LIMIT 1";
    internal const string AnyReady = "SELECT 1 FROM delivery INDEXED BY delivery_ready WHERE ready = 1 AND recipient = ? AND wake <= ? LIMIT 1";
    internal const string NextWaiting = "SELECT recipient FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient > ? ORDER BY recipient LIMIT 1";
    internal const string AnyWaiting = "SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ? AND rank = ? AND wake <= ? LIMIT 1";

    internal const string NextWake = "SELECT min(wake) FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ? AND rank = ? AND wake > ?";

    internal const string NextBehind = "SELECT recipient FROM delivery INDEXED BY delivery_behind WHERE ready = 2 AND recipient > ? ORDER BY recipient LIMIT 1";

    internal const string Backlogs = """
        SELECT recipient, sum(n) FROM (
            SELECT recipient, count(*) AS n FROM delivery INDEXED BY delivery_ready WHERE ready = 1 GROUP BY recipient
            UNION ALL SELECT recipient, count(*) FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 GROUP BY recipient
            UNION ALL SELECT recipient, count(*) FROM delivery INDEXED BY delivery_behind WHERE ready = 2 GROUP BY recipient) u
        GROUP BY recipient HAVING sum(n) >= ?
        """;

    internal const string FrontOfLane = "SELECT id, ready FROM delivery INDEXED BY delivery_lane WHERE blocks = 1 AND recipient = ? AND lane = ? ORDER BY lane_place, id LIMIT 2";
    internal const string StepForward = "UPDATE delivery SET ready = (wake <= ?1) WHERE id = ?2";
    internal const string StepBack = "UPDATE delivery SET ready = 2 WHERE id = ?";

    internal const string Expired = $"""
        SELECT {DeliveryColumns} FROM delivery d INDEXED BY delivery_expiring JOIN message m ON m.num = d.message
        WHERE d.ready IS NOT NULL AND d.expires IS NOT NULL AND d.expires <= ?1 AND (d.state = 0 OR d.claimed_until <= ?1) ORDER BY d.expires, d.id LIMIT ?2
        """;

    internal const string QueueDepth = """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_ready WHERE ready = 1 AND recipient = ?1 LIMIT ?2))
            + (SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ?1 LIMIT ?2))
            + (SELECT count(*) FROM (SELECT 1 FROM delivery INDEXED BY delivery_behind WHERE ready = 2 AND recipient = ?1 LIMIT ?2))
        """;

    // Of one rank. Those behind another stand after it, and ready ones nearly by age: a replay stands before what is older, and one held back by
    // its sender behind another. Waiting ones do not stand by age.
    internal const string QueueOldest = """
        SELECT min(CASE WHEN attempts = 0 THEN due ELSE coalesce(since, accepted) END) FROM (
            SELECT * FROM (SELECT attempts, due, since, accepted FROM delivery INDEXED BY delivery_ready WHERE ready = 1 AND recipient = ?1 AND rank = ?2 ORDER BY id LIMIT 100)
            UNION ALL SELECT * FROM (SELECT attempts, due, since, accepted FROM delivery INDEXED BY delivery_waiting WHERE ready = 0 AND recipient = ?1 AND rank = ?2 ORDER BY wake LIMIT 1000)
            UNION ALL SELECT * FROM (SELECT attempts, due, since, accepted FROM delivery INDEXED BY delivery_behind WHERE ready = 2 AND recipient = ?1 ORDER BY id LIMIT 100))
        WHERE attempts > 0 OR due <= ?3
        """;

    internal const string AddToCount = "INSERT INTO delivery_count (state, count) VALUES (?1, ?2) ON CONFLICT (state) DO UPDATE SET count = count + ?2";
    internal const string Counts = "SELECT state, count FROM delivery_count";
    internal const string MessageCount = "SELECT max(num) FROM message";
    internal const string OldestQueued = "SELECT due FROM delivery INDEXED BY delivery_state WHERE state = 0 ORDER BY accepted LIMIT 1";

    internal const string InsertEntry = "INSERT INTO entry (idx, message, key, header, salt, body) VALUES (?, ?, ?, ?, ?, ?)";
    internal const string LogSize = "SELECT max(idx) + 1 FROM entry";
    internal const string Entries = "SELECT idx, header, salt, body FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?";

    // The two halves do not meet: an entry has either its message's number or, when the store holds no such message, its key.
    internal const string EntriesOfMessage = """
        SELECT idx, header, salt, body FROM entry WHERE message = (SELECT num FROM message WHERE key = ?1)
        UNION ALL SELECT idx, header, salt, body FROM entry WHERE key = ?1 ORDER BY idx
        """;

    internal const string WriteTile = "INSERT INTO tile (place, hashes) VALUES (?1, ?2) ON CONFLICT (place) DO UPDATE SET hashes = ?2";
    internal const string ReadTile = "SELECT hashes FROM tile WHERE place = ?";
    internal const string WriteCheckpoint = "INSERT INTO checkpoint (size, note) VALUES (?1, ?2) ON CONFLICT (size) DO UPDATE SET note = ?2";
    internal const string NewestCheckpoint = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1";
    internal const string NewestHead = "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1";
    internal const string HeadOfSize = "SELECT size, note FROM checkpoint WHERE size = ?";
    internal const string FirstCheckpointOver = "SELECT note FROM checkpoint WHERE size > ? ORDER BY size LIMIT 1";
    internal const string ReadRegistry = "SELECT version, document FROM registry ORDER BY version DESC LIMIT 1";
    internal const string ReadAppState = "SELECT value FROM app_state WHERE app = ? AND key = ?";
    internal const string ListAppState = "SELECT key, value FROM app_state WHERE app = ? AND key >= ? ORDER BY key LIMIT ?";
    internal const string WriteAppState = "INSERT INTO app_state (app, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (app, key) DO UPDATE SET value = ?3";
    internal const string RemoveAppState = "DELETE FROM app_state WHERE app = ? AND key = ?";

    internal static string WriteVersion(int version) => $"PRAGMA user_version = {version}";
}
