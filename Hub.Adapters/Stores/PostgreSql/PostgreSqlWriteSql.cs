using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The write transaction's texts in PostgreSQL.</summary>
internal static class PostgreSqlWriteSql
{
    private const string State = "role, why, since, state, ready, wake, due, attempts, interruptions, replays, claim, claimed_until, node, lane, lane_place, holds_lane, blocks, last_problem, last_detail, delivered_at, status, reason, outcome, asserted_by, answers, answer, changed";
    private const string NewDelivery = "id, message, key, accepted, rank, protocol, expires, recipient";
    private const string MessageInsert = "num, key, id, sender, type, encoding, size, sha256, content_digest, assurance, created, accepted, not_before, expires, priority, conversation, sequence, in_reply_to, subject, uploads, entry, erased, waited_until";

    private const string StateTypes = "smallint, text, timestamptz, smallint, boolean, timestamptz, timestamptz, integer, integer, integer, text, timestamptz, integer, text, bigint, boolean, boolean, text, text, timestamptz, text, text, text, text, integer, bytea, timestamptz";
    private const string NewDeliveryTypes = "bigint, bigint, bytea, timestamptz, smallint, boolean, timestamptz, text";
    private const string MessageTypes = "bigint, bytea, text, text, text, smallint, bigint, bytea, bytea, text, timestamptz, timestamptz, timestamptz, timestamptz, smallint, text, bigint, bytea, text, bytea, bigint, timestamptz, timestamptz";

    private const string LanesInOrder = "SELECT recipient, lane FROM unnest($1::integer[], $2::text[], $3::text[]) AS l (place, recipient, lane) ORDER BY place";
    private const string LockOfLane = "pg_advisory_xact_lock(hashtextextended('hub lane ' || r.recipient || ' ' || r.lane, 0))";

    internal static WriteSql Texts { get; } = new()
    {
        Begin = "BEGIN ISOLATION LEVEL READ COMMITTED",
        Commit = "COMMIT",
        Rollback = "ROLLBACK",
        HavePatience = "SELECT set_config('statement_timeout', '120000', true)",

        // Month since January 2020 by the database's clock, block, place in the block.
        TakeIds = """
            SELECT ((((extract(year FROM t)::bigint - 2020) * 12 + extract(month FROM t)::bigint - 1) << 43) | (nextval('id_block') << 5))
            FROM (SELECT now() AT TIME ZONE 'UTC' AS t) c, generate_series(1, $1)
            """,
        RegistryVersion = "SELECT max(version) FROM registry_version",
        FindMessages = $"SELECT {Rows.MessageColumns} FROM message_key k CROSS JOIN LATERAL hub_message(k.num) m WHERE k.key = ANY ($1)",
        FindDeliveries = $"SELECT {Rows.DeliveryColumns} FROM delivery d WHERE d.id = ANY ($1)",
        FindDeliveryOfMessage = $"SELECT {Rows.DeliveryColumns} FROM delivery d WHERE d.message = (SELECT num FROM message_key WHERE key = $1) AND d.recipient = $2",

        TakeSeat = "SELECT size, note, time, node, term FROM log_head WHERE one FOR UPDATE",
        SeatEdge = """
            SELECT t.level, t.idx, t.hashes
            FROM log_head h CROSS JOIN (VALUES (0, 256::bigint), (1, 65536), (2, 16777216), (3, 4294967296), (4, 1099511627776)) AS l (level, entries)
                JOIN tile t ON t.level = l.level AND t.idx = h.size / l.entries
            WHERE h.one AND h.size <> $1
            """,
        MoveHead = "UPDATE log_head SET size = $1, note = $2, time = $3, term = term + (node IS DISTINCT FROM $4)::int, node = $4 WHERE one AND size = $5",
        Fence = "SELECT hub_fence($1, $2)",
        RequireDuty = "SELECT hub_require_duty($1, $2, $3)",

        InsertKeys = "INSERT INTO message_key (key, num) SELECT unnest($1::bytea[]), unnest($2::bigint[])",
        InsertMessages = $"INSERT INTO message ({MessageInsert}) SELECT {Columns(1, MessageInsert, MessageTypes)}",
        InsertBodies = "INSERT INTO body (num, data_key, octets) SELECT unnest($1::bigint[]), unnest($2::bytea[]), unnest($3::bytea[])",
        NameUploads = "INSERT INTO message_upload (sender, sha256, message) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bigint[])",

        InsertDeliveries = $"""
            INSERT INTO delivery ({NewDelivery}, {State}, behind, rev)
            SELECT r.*, r.blocks, 1 FROM (SELECT {Columns(1, NewDelivery, NewDeliveryTypes)}, {Columns(9, State, StateTypes)}) r
            """,
        UpdateDeliveries = $"""
            UPDATE delivery d SET rev = d.rev + 1, {string.Join(", ", State.Split(", ").Select(static column => $"{column} = r.{column}"))}
            FROM (SELECT unnest($1::bigint[]) AS id, unnest($2::integer[]) AS rev, {Columns(3, State, StateTypes)}) r
            WHERE d.id = r.id AND d.rev = r.rev
            """,
        LockLanes = $"SELECT {LockOfLane} FROM ({LanesInOrder}) r",
        TryLockLanes = $"SELECT set_config('lock_timeout', '200', true), {LockOfLane}, set_config('lock_timeout', '4000', true) FROM ({LanesInOrder}) r",
        SettleLanes = """
            WITH l AS MATERIALIZED (
                SELECT r.recipient, r.lane, (
                    SELECT f.id FROM delivery f WHERE f.blocks AND f.recipient = r.recipient AND f.lane = r.lane ORDER BY f.recipient, f.lane, f.lane_place, f.id LIMIT 1) AS front
                FROM unnest($1::integer[], $2::text[], $3::text[]) AS r (place, recipient, lane)
            ), moved AS MATERIALIZED (
                SELECT front AS id, false AS behind FROM l WHERE front IS NOT NULL
                UNION ALL SELECT p.id, true FROM l CROSS JOIN LATERAL (
                    SELECT s.id FROM delivery s WHERE s.blocks AND NOT s.behind AND s.recipient = l.recipient AND s.lane = l.lane AND s.id <> l.front) p
            )
            UPDATE delivery d SET behind = moved.behind FROM moved WHERE d.id = moved.id AND d.behind <> moved.behind
            """,
        FrontsOfLanes = $"""
            WITH RECURSIVE f AS (
                ({FrontOfLane("$1, $2")})
                UNION ALL SELECT n.* FROM f CROSS JOIN LATERAL ({FrontOfLane("f.recipient, f.lane")}) n)
            SELECT f.recipient, f.lane, f.behind FROM f LIMIT $3
            """,
        AddToCounts = """
            INSERT INTO delivery_count AS c (node, state, count) SELECT $1::integer, * FROM unnest($2::smallint[], $3::bigint[])
            ON CONFLICT (node, state) DO UPDATE SET count = c.count + excluded.count
            """,

        // Whose number was not at hand is looked up; an entry that the store holds no message for keeps the key.
        InsertEntries = $"""
            INSERT INTO entry (idx, message, key, header, salt, body)
            SELECT idx, num, CASE WHEN num IS NULL THEN key END, header, salt, body FROM (
                SELECT r.idx, coalesce(r.message, (SELECT k.num FROM message_key k WHERE k.key = r.key)) AS num, r.key, r.header, r.salt, r.body
                FROM (SELECT {Columns(1, "idx, message, key, header, salt, body", "bigint, bigint, bytea, bytea, bytea, bytea")}) r) e
            """,
        WriteTiles = """
            INSERT INTO tile (level, idx, hashes) SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[])
            ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes
            """,
        WriteCheckpoint = "INSERT INTO checkpoint (size, note) VALUES ($1, $2)",

        Promote = """
            UPDATE delivery SET ready = true WHERE id IN (
                SELECT id FROM delivery WHERE NOT ready AND NOT behind AND recipient = $1 AND wake <= $2 ORDER BY wake LIMIT $3 FOR UPDATE SKIP LOCKED)
            """,

        // Of each rank its share, then of the front as many as there is room left for. The id in the token finds the row; the random rest is
        // what proves the claim.
        // BETWEEN, where = would mean the same: with one rank the primary key, too, gives the order, and it was walked from end to end.
        Claim = $"""
            WITH share AS MATERIALIZED (
                SELECT f.id, f.state FROM (VALUES (0, $7::integer), (1, $8::integer), (2, $9::integer), (3, $10::integer), (4, $11::integer)) AS s (rank, most),
                LATERAL (
                    SELECT d.id, d.state FROM delivery d
                    WHERE d.ready AND NOT d.behind AND d.recipient = $1 AND d.rank BETWEEN s.rank AND s.rank AND d.wake <= $2 AND (NOT $5 OR d.protocol)
                    ORDER BY d.rank, d.id LIMIT s.most FOR UPDATE OF d SKIP LOCKED) f),
            rest AS MATERIALIZED (
                SELECT d.id, d.state FROM delivery d
                WHERE d.ready AND NOT d.behind AND d.recipient = $1 AND d.wake <= $2 AND (NOT $5 OR d.protocol) AND d.id <> ALL (ARRAY(SELECT s.id FROM share s))
                ORDER BY d.rank, d.id LIMIT $6 - (SELECT count(*) FROM share) FOR UPDATE OF d SKIP LOCKED),
            c AS (SELECT * FROM share UNION ALL SELECT * FROM rest)
            UPDATE delivery d SET state = 1, ready = false, wake = $3, claimed_until = $3, node = $4, attempts = d.attempts + 1, changed = $2, rev = d.rev + 1,
                claim = to_hex(d.id) || '-' || replace(gen_random_uuid()::text, '-', '')
            FROM c WHERE d.id = c.id RETURNING {Rows.DeliveryColumns}, c.state
            """,
        NextDue = "SELECT due FROM delivery WHERE state = 0 AND NOT ready AND NOT behind AND recipient = $1 AND due > $2 ORDER BY due LIMIT 1",

        // With an order, since only by that is the index sure to be walked: where nearly all rows look alike, a scan seems as good.
        RecipientsDue = $"""
            WITH RECURSIVE r (recipient) AS (
                SELECT {Next("$1")}
                UNION ALL SELECT {Next("r.recipient")} FROM r WHERE r.recipient IS NOT NULL AND ($2 IS NULL OR r.recipient <= $2))
            SELECT r.recipient FROM r WHERE r.recipient IS NOT NULL AND ($2 IS NULL OR r.recipient <= $2) AND (
                coalesce((SELECT true FROM delivery d WHERE d.ready AND NOT d.behind AND d.recipient = r.recipient AND d.wake <= $3 ORDER BY d.rank, d.id LIMIT 1), false)
                OR coalesce((SELECT true FROM delivery d WHERE NOT d.ready AND NOT d.behind AND d.recipient = r.recipient AND d.wake <= $3 ORDER BY d.wake LIMIT 1), false))
            LIMIT $4
            """,

        // The attempt that a claim counted is given back, but not for ever: a delivery may be what brings the hub down.
        ReleaseClaims = """
            UPDATE delivery SET state = 0, attempts = attempts - (interruptions < $3 AND attempts > 0)::int, interruptions = interruptions + 1,
                ready = true, wake = $2, due = $2, claim = NULL, claimed_until = NULL, node = NULL, changed = $2, rev = rev + 1
            WHERE id IN (SELECT id FROM delivery WHERE node = $1 AND id <> ALL ($5) ORDER BY id LIMIT $4 FOR UPDATE)
            RETURNING recipient
            """,
        Expired = $"""
            SELECT {Rows.DeliveryColumns} FROM delivery d
            WHERE d.ready IS NOT NULL AND d.expires IS NOT NULL AND d.expires <= $1 AND (d.state = 0 OR d.claimed_until <= $1) ORDER BY d.expires, d.id LIMIT $2
            """,

        WriteWait = "UPDATE message SET waited_until = $2 WHERE num = $1",
        EraseMessage = "UPDATE message SET subject = NULL, erased = $2 WHERE num = $1",
        EraseBody = "DELETE FROM body WHERE num = $1",
        EraseDeliveries = "UPDATE delivery SET reason = NULL, last_detail = NULL, rev = rev + 1 WHERE message = $1",
        EraseEntries = """
            UPDATE entry SET salt = NULL, body = NULL
            WHERE idx IN (SELECT idx FROM entry WHERE key = $1 UNION ALL SELECT idx FROM entry WHERE message = $2)
            """,
        EraseUploads = "UPDATE message_upload SET erased = true WHERE sender = $1 AND sha256 = ANY ($2) AND message = $3",
        IsUploadNamed = "SELECT 1 FROM message_upload WHERE sender = $1 AND sha256 = $2 AND NOT erased LIMIT 1",
        ErasedUploads = """
            SELECT DISTINCT e.sender, e.sha256 FROM message_upload e
            WHERE e.erased AND NOT EXISTS (SELECT 1 FROM message_upload n WHERE n.sender = e.sender AND n.sha256 = e.sha256 AND NOT n.erased) LIMIT $1
            """,
        ForgetErasedUpload = "DELETE FROM message_upload WHERE sender = $1 AND sha256 = $2 AND erased",

        RegistryDocumentVersion = "SELECT version FROM registry ORDER BY version DESC LIMIT 1",
        InsertRegistryVersion = "INSERT INTO registry_version (version, time, actor, approved_by, reason, entry) VALUES ($1, $2, $3, $4, $5, $6)",

        // The newest row of an object is the one that nothing replaced.
        ReplaceRegistryObjects = """
            UPDATE registry_object o SET until = $1
            FROM unnest($2::text[], $3::text[], $4::text[]) AS r (section, id, json) WHERE o.section = r.section AND o.id = r.id AND o.until IS NULL
            """,
        InsertRegistryObjects = "INSERT INTO registry_object (version, section, id, json) SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::text[])",
        FindProposal = "SELECT id, kind, state, created, json, rev FROM proposal WHERE id = $1",
        InsertProposal = "INSERT INTO proposal (id, kind, state, created, json, rev) VALUES ($1, $2, $3, $4, $5, 1)",
        UpdateProposal = "UPDATE proposal SET kind = $2, state = $3, created = $4, json = $5, rev = rev + 1 WHERE id = $1 AND rev = $6",

        LockApp = "SELECT pg_advisory_xact_lock(hashtextextended('hub app ' || $1, 0))",
        TryLockApp = """
            SELECT set_config('lock_timeout', '200', true), pg_advisory_xact_lock(hashtextextended('hub app ' || $1, 0)), set_config('lock_timeout', '4000', true)
            """,
        ReadAppState = "SELECT value FROM app_state WHERE app = $1 AND key = $2",
        WriteAppState = """
            INSERT INTO app_state (app, key, value) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
            ON CONFLICT (app, key) DO UPDATE SET value = excluded.value
            """,
        RemoveAppState = "DELETE FROM app_state s USING unnest($1::text[], $2::text[], $3::bytea[]) AS r (app, key, value) WHERE s.app = r.app AND s.key = r.key",
    };

    private static string Next(string after) => $"""
        least((SELECT recipient FROM delivery WHERE ready AND NOT behind AND recipient > {after} ORDER BY recipient LIMIT 1),
              (SELECT recipient FROM delivery WHERE NOT ready AND NOT behind AND recipient > {after} ORDER BY recipient LIMIT 1))
        """;

    private static string FrontOfLane(string after) =>
        $"SELECT d.recipient, d.lane, d.behind FROM delivery d WHERE d.blocks AND (d.recipient, d.lane) > ({after}) ORDER BY d.recipient, d.lane, d.lane_place, d.id LIMIT 1";

    // One call for each column, side by side in one list of results: rows come one by one. As a function of FROM, unnest would first write
    // every column to a store of its own. A shorter array goes on with nulls.
    private static string Columns(int first, string names, string types) =>
        string.Join(", ", names.Split(", ").Zip(types.Split(", "), (name, type) => $"unnest(${first++}::{type}[]) AS {name}"));
}
