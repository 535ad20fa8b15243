using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.SqlServer;

/// <summary>The write transaction's texts in Transact-SQL.</summary>
internal static class SqlServerWriteSql
{
    // The statements of a batch go on after one that failed, when the transaction is over and each would commit by itself.
    private const string InTransaction = "IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;\n";

    private const string State = "role, why, since, state, ready, wake, due, attempts, interruptions, replays, claim, claimed_until, node, lane, lane_place, holds_lane, blocks, last_problem, last_detail, delivered_at, status, reason, outcome, asserted_by, answers, answer, changed";
    private const string NewDelivery = "id, message, [key], accepted, rank, protocol, expires, recipient";
    private const string Binary = "Latin1_General_100_BIN2";

    internal static WriteSql Texts { get; } = new()
    {
        Begin = null,
        Commit = null,
        Rollback = null,

        // How long the client waits is its own business here.
        HavePatience = Guarded("SELECT 1;"),

        // Month since January 2020 by the database's clock (shifted by 43 bits), block, place in the block.
        TakeIds = Guarded("""
            DECLARE @first sql_variant, @month bigint = DATEDIFF(month, '20200101', SYSUTCDATETIME());
            EXEC sys.sp_sequence_get_range @sequence_name = N'hub.id_block', @range_size = @blocks, @range_first_value = @first OUTPUT;
            WITH place (i) AS (SELECT CONVERT(bigint, 0) UNION ALL SELECT i + 1 FROM place WHERE i + 1 < @blocks)
            SELECT @month * 8796093022208 + (CONVERT(bigint, @first) + i) * 32 FROM place ORDER BY i OPTION (MAXRECURSION 0);
            """),
        RegistryVersion = Guarded("SELECT MAX(version) FROM hub.registry_version;"),
        FindMessages = Guarded($"SELECT {SqlServerColumns.Message} FROM @keys r JOIN hub.message_key k ON k.[key] = r.value JOIN hub.message m ON m.num = k.num;"),
        FindDeliveries = Guarded($"SELECT {SqlServerColumns.Delivery} FROM @ids r JOIN hub.delivery d ON d.id = r.value;"),
        FindDeliveryOfMessage = Guarded($"SELECT {SqlServerColumns.Delivery} FROM hub.message_key k JOIN hub.delivery d ON d.message = k.num WHERE k.[key] = @key AND d.recipient = @recipient;"),

        TakeSeat = Guarded("SELECT size, note, time, node, term FROM hub.log_head WITH (UPDLOCK, HOLDLOCK, ROWLOCK) WHERE one = 1;"),
        SeatEdge = Guarded("""
            WITH l (level, entries) AS (
                SELECT 0, CONVERT(bigint, 256) UNION ALL SELECT 1, 65536 UNION ALL SELECT 2, 16777216 UNION ALL SELECT 3, 4294967296 UNION ALL SELECT 4, 1099511627776)
            SELECT t.level, t.idx, t.hashes
            FROM hub.log_head h CROSS JOIN l JOIN hub.tile t ON t.level = l.level AND t.idx = h.size / l.entries
            WHERE h.one = 1 AND h.size <> @size;
            """),
        MoveHead = Guarded("""
            UPDATE hub.log_head SET size = @size, note = @note, time = @time, node = @node,
                term = term + CASE WHEN node = @node OR (node IS NULL AND @node IS NULL) THEN 0 ELSE 1 END
            WHERE one = 1 AND size = @before;
            """),
        Fence = Guarded("EXEC hub.fence @node = @node, @incarnation = @incarnation;"),
        RequireDuty = Guarded("EXEC hub.require_duty @duty = @duty, @node = @node, @term = @term;"),

        InsertKeys = Guarded("INSERT INTO hub.message_key ([key], num) SELECT r.[key], r.num FROM @rows r ORDER BY r.[key];"),
        InsertMessages = Guarded($"INSERT INTO hub.message ({SqlServerColumns.Bare(SqlServerColumns.Message)}) SELECT {SqlServerColumns.Message} FROM @rows m ORDER BY m.num;"),
        InsertBodies = Guarded("INSERT INTO hub.body (num, data_key, octets) SELECT r.num, r.data_key, r.octets FROM @rows r;"),
        NameUploads = Guarded("INSERT INTO hub.message_upload (sender, sha256, message) SELECT r.sender, r.sha256, r.message FROM @rows r;"),

        InsertDeliveries = Guarded($"INSERT INTO hub.delivery ({NewDelivery}, {State}, behind, rev) SELECT {SqlServerColumns.Of("r", NewDelivery)}, {SqlServerColumns.Of("r", State)}, r.blocks, 1 FROM @rows r ORDER BY r.id;"),
        UpdateDeliveries = Guarded($"""
            UPDATE d SET rev = d.rev + 1, {string.Join(", ", State.Split(", ").Select(static column => $"{column} = r.{column}"))}
            FROM hub.delivery d WITH (ROWLOCK) JOIN @rows r ON r.id = d.id AND r.rev = d.rev;
            """),
        LockLanes = LanesHeld(4000),
        TryLockLanes = LanesHeld(200),
        SettleLanes = Guarded($"""
            DECLARE @fronts TABLE (id bigint NOT NULL PRIMARY KEY, recipient nvarchar(200) COLLATE {Binary} NOT NULL, lane nvarchar(300) COLLATE {Binary} NOT NULL);
            INSERT INTO @fronts (id, recipient, lane)
            SELECT f.id, f.recipient, f.lane FROM @rows r CROSS APPLY (
                SELECT TOP (1) d.id, d.recipient, d.lane FROM hub.delivery d WITH (INDEX (delivery_lane))
                WHERE d.blocks = 1 AND d.recipient = CONVERT(nvarchar(200), r.recipient) AND d.lane = CONVERT(nvarchar(300), r.lane) ORDER BY d.lane_place, d.id) f;
            UPDATE d SET behind = 0 FROM hub.delivery d WITH (ROWLOCK) JOIN @fronts f ON f.id = d.id WHERE d.behind = 1;
            UPDATE d SET behind = 1 FROM hub.delivery d WITH (ROWLOCK, INDEX (delivery_front)) JOIN @fronts f ON f.recipient = d.recipient AND f.lane = d.lane
            WHERE d.blocks = 1 AND d.behind = 0 AND d.id <> f.id;
            """),

        // Leaps from one lane to the next: of the same recipient, else of the next one.
        FrontsOfLanes = Guarded($"""
            DECLARE @found TABLE (place int NOT NULL PRIMARY KEY, recipient nvarchar(200) COLLATE {Binary} NOT NULL, lane nvarchar(300) COLLATE {Binary} NOT NULL, behind bit NOT NULL);
            DECLARE @count int = 0, @recipient nvarchar(200) = @after, @last nvarchar(300) = @lane;
            WHILE @count < @limit
            BEGIN
                INSERT INTO @found (place, recipient, lane, behind)
                SELECT TOP (1) @count, d.recipient, d.lane, d.behind FROM hub.delivery d WITH (INDEX (delivery_lane))
                WHERE d.blocks = 1 AND d.recipient = @recipient AND d.lane > @last ORDER BY d.lane, d.lane_place, d.id;
                IF @@ROWCOUNT = 0
                BEGIN
                    INSERT INTO @found (place, recipient, lane, behind)
                    SELECT TOP (1) @count, d.recipient, d.lane, d.behind FROM hub.delivery d WITH (INDEX (delivery_lane))
                    WHERE d.blocks = 1 AND d.recipient > @recipient ORDER BY d.recipient, d.lane, d.lane_place, d.id;
                    IF @@ROWCOUNT = 0 BREAK;
                END;
                SELECT @recipient = f.recipient, @last = f.lane FROM @found f WHERE f.place = @count;
                SET @count += 1;
            END;
            SELECT f.recipient, f.lane, f.behind FROM @found f ORDER BY f.place;
            """),
        AddToCounts = Guarded("""
            UPDATE c SET count = c.count + r.count FROM hub.delivery_count c WITH (ROWLOCK) JOIN @rows r ON r.state = c.state WHERE c.node = @node;
            INSERT INTO hub.delivery_count (node, state, count)
            SELECT @node, r.state, r.count FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.delivery_count c WHERE c.node = @node AND c.state = r.state);
            """),

        // Whose number was not at hand is looked up; an entry that the store holds no message for keeps the key.
        InsertEntries = Guarded("""
            INSERT INTO hub.entry (idx, message, [key], header, salt, body)
            SELECT r.idx, COALESCE(r.message, k.num), CASE WHEN r.message IS NULL AND k.num IS NULL THEN r.[key] END, r.header, r.salt, r.body
            FROM @rows r LEFT JOIN hub.message_key k ON k.[key] = r.[key] ORDER BY r.idx;
            """),
        WriteTiles = Guarded("""
            UPDATE t SET hashes = r.hashes FROM hub.tile t JOIN @rows r ON r.level = t.level AND r.idx = t.idx;
            INSERT INTO hub.tile (level, idx, hashes)
            SELECT r.level, r.idx, r.hashes FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.tile t WHERE t.level = r.level AND t.idx = r.idx);
            """),
        WriteCheckpoint = Guarded("INSERT INTO hub.[checkpoint] (size, note) VALUES (@size, @note);"),

        Promote = Guarded("""
            UPDATE TOP (@limit) d SET ready = 1 FROM hub.delivery d WITH (UPDLOCK, READPAST, ROWLOCK, INDEX (delivery_waiting))
            WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = @recipient AND d.wake <= @now;
            """),

        // Of each rank its share, then of the front as many as there is room left for. The id in the token finds the row; the random rest is
        // what proves the claim.
        Claim = Guarded($"""
            DECLARE @front TABLE (id bigint NOT NULL PRIMARY KEY);
            DECLARE @rank smallint = 0;
            WHILE @rank < 5
            BEGIN
                INSERT INTO @front (id)
                SELECT TOP (CASE @rank WHEN 0 THEN @share0 WHEN 1 THEN @share1 WHEN 2 THEN @share2 WHEN 3 THEN @share3 ELSE @share4 END) d.id
                FROM hub.delivery d WITH (UPDLOCK, READPAST, ROWLOCK, INDEX (delivery_ready))
                WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = @recipient AND d.rank = @rank AND d.wake <= @now AND (@protocol = 0 OR d.protocol = 1)
                ORDER BY d.id;
                SET @rank += 1;
            END;
            INSERT INTO @front (id)
            SELECT TOP (@limit - (SELECT COUNT(*) FROM @front)) d.id FROM hub.delivery d WITH (UPDLOCK, READPAST, ROWLOCK, INDEX (delivery_ready))
            WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = @recipient AND d.wake <= @now AND (@protocol = 0 OR d.protocol = 1)
                AND NOT EXISTS (SELECT 1 FROM @front f WHERE f.id = d.id)
            ORDER BY d.rank, d.id;
            WITH front AS (SELECT {SqlServerColumns.Delivery}, d.ready, d.wake FROM hub.delivery d JOIN @front f ON f.id = d.id)
            UPDATE front SET state = 1, ready = 0, wake = @until, claimed_until = @until, node = @node, attempts = attempts + 1, changed = @now, rev = rev + 1,
                claim = LOWER(CONVERT(varchar(16), CONVERT(varbinary(8), id), 2)) + '-' + LOWER(CONVERT(varchar(32), CRYPT_GEN_RANDOM(16), 2))
            OUTPUT {SqlServerColumns.Of("inserted", SqlServerColumns.Bare(SqlServerColumns.Delivery))}, deleted.state;
            """),

        NextDue = Guarded("""
            SELECT TOP (1) d.due FROM hub.delivery d
            WHERE d.state = 0 AND d.ready = 0 AND d.behind = 0 AND d.recipient = @recipient AND d.due > @now ORDER BY d.due;
            """),

        // Leaps from one recipient to the next in the two filtered indexes.
        RecipientsDue = Guarded($"""
            DECLARE @found TABLE (recipient nvarchar(200) COLLATE {Binary} NOT NULL PRIMARY KEY);
            DECLARE @count int = 0, @next nvarchar(200) = @after;
            WHILE @count < @limit
            BEGIN
                SELECT @next = MIN(n.recipient) FROM (
                    SELECT MIN(d.recipient) AS recipient FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient > @next
                    UNION ALL SELECT MIN(d.recipient) FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient > @next) n;
                IF @next IS NULL OR @next > @until COLLATE {Binary} BREAK;
                IF EXISTS (SELECT 1 FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = @next AND d.wake <= @now)
                    OR EXISTS (SELECT 1 FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = @next AND d.wake <= @now)
                BEGIN
                    INSERT INTO @found (recipient) VALUES (@next);
                    SET @count += 1;
                END;
            END;
            SELECT f.recipient FROM @found f ORDER BY f.recipient;
            """),

        // The attempt that a claim counted is given back, but not for ever: a delivery may be what brings the hub down.
        ReleaseClaims = Guarded("""
            WITH held AS (
                SELECT TOP (@limit) d.id, d.recipient, d.state, d.attempts, d.interruptions, d.ready, d.wake, d.due, d.claim, d.claimed_until, d.node, d.changed, d.rev
                FROM hub.delivery d WITH (UPDLOCK, ROWLOCK, INDEX (delivery_node)) WHERE d.node = @node AND d.id NOT IN (SELECT e.value FROM @except e) ORDER BY d.id)
            UPDATE held SET state = 0, attempts = attempts - CASE WHEN interruptions < @interruptions AND attempts > 0 THEN 1 ELSE 0 END,
                interruptions = interruptions + 1, ready = 1, wake = @now, due = @now, claim = NULL, claimed_until = NULL, node = NULL, changed = @now, rev = rev + 1
            OUTPUT inserted.recipient;
            """),
        Expired = Guarded($"""
            SELECT TOP (@limit) {SqlServerColumns.Delivery} FROM hub.delivery d
            WHERE d.ready IS NOT NULL AND d.expires IS NOT NULL AND d.expires <= @now AND (d.state = 0 OR d.claimed_until <= @now) ORDER BY d.expires, d.id;
            """),

        WriteWait = Guarded("UPDATE hub.message SET waited_until = @until WHERE num = @num;"),
        EraseMessage = Guarded("UPDATE hub.message SET subject = NULL, erased = @at WHERE num = @num;"),
        EraseBody = Guarded("DELETE FROM hub.body WHERE num = @num;"),
        EraseDeliveries = Guarded("UPDATE hub.delivery SET reason = NULL, last_detail = NULL, rev = rev + 1 WHERE message = @num;"),
        EraseEntries = Guarded("""
            UPDATE hub.entry SET salt = NULL, body = NULL
            WHERE idx IN (SELECT e.idx FROM hub.entry e WHERE e.[key] = @key UNION ALL SELECT e.idx FROM hub.entry e WHERE e.message = @num);
            """),
        EraseUploads = Guarded("UPDATE u SET erased = 1 FROM hub.message_upload u JOIN @sha256 r ON r.value = u.sha256 WHERE u.sender = @owner AND u.message = @num;"),
        IsUploadNamed = Guarded("SELECT TOP (1) 1 FROM hub.message_upload u WHERE u.sender = @owner AND u.sha256 = @sha256 AND u.erased = 0;"),
        ErasedUploads = Guarded("""
            SELECT DISTINCT TOP (@limit) e.sender, e.sha256 FROM hub.message_upload e
            WHERE e.erased = 1 AND NOT EXISTS (SELECT 1 FROM hub.message_upload n WHERE n.sender = e.sender AND n.sha256 = e.sha256 AND n.erased = 0);
            """),
        ForgetErasedUpload = Guarded("DELETE FROM hub.message_upload WHERE sender = @owner AND sha256 = @sha256 AND erased = 1;"),

        RegistryDocumentVersion = Guarded("SELECT TOP (1) version FROM hub.registry ORDER BY version DESC;"),
        InsertRegistryVersion = Guarded("INSERT INTO hub.registry_version (version, time, actor, approved_by, reason, entry) VALUES (@version, @time, @actor, @approved_by, @reason, @entry);"),

        // The newest row of an object is the one that nothing replaced.
        ReplaceRegistryObjects = Guarded("UPDATE o SET until = @version FROM hub.registry_object o JOIN @rows r ON r.section = o.section AND r.id = o.id WHERE o.until IS NULL;"),
        InsertRegistryObjects = Guarded("INSERT INTO hub.registry_object (version, section, id, json) SELECT @version, r.section, r.id, r.json FROM @rows r;"),
        FindProposal = Guarded("SELECT id, kind, state, created, json, rev FROM hub.proposal WHERE id = @id;"),
        InsertProposal = Guarded("INSERT INTO hub.proposal (id, kind, state, created, json, rev) VALUES (@id, @kind, @state, @created, @json, 1);"),
        UpdateProposal = Guarded("UPDATE hub.proposal SET kind = @kind, state = @state, created = @created, json = @json, rev = rev + 1 WHERE id = @id AND rev = @rev;"),

        LockApp = Guarded("EXEC hub.lock_app @app = @app, @patience = 4000;"),
        TryLockApp = Guarded("EXEC hub.lock_app @app = @app, @patience = 200;"),
        ReadAppState = Guarded("SELECT s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] = @key;"),
        WriteAppState = Guarded("""
            UPDATE s SET value = r.value FROM hub.app_state s JOIN @rows r ON r.app = s.app AND r.[key] = s.[key];
            INSERT INTO hub.app_state (app, [key], value)
            SELECT r.app, r.[key], r.value FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.app_state s WHERE s.app = r.app AND s.[key] = r.[key]);
            """),
        RemoveAppState = Guarded("DELETE s FROM hub.app_state s JOIN @rows r ON r.app = s.app AND r.[key] = s.[key];"),
    };

    /// <summary>Tells the other nodes; parameter: payload.</summary>
    internal static string Wake { get; } = Guarded("INSERT INTO hub.wake (payload) VALUES (@payload); SELECT 1;");

    private static string LanesHeld(int patience) => Guarded($"""
        DECLARE @place int = 0, @recipient nvarchar(200), @lane nvarchar(300), @patience int = {patience};
        WHILE 1 = 1
        BEGIN
            SELECT @recipient = r.recipient, @lane = r.lane FROM @rows r WHERE r.place = @place;
            IF @@ROWCOUNT = 0 BREAK;
            EXEC hub.lock_lane @recipient = @recipient, @lane = @lane, @patience = @patience;
            SET @place += 1;
        END;
        SELECT 1;
        """);

    private static string Guarded(string text) => InTransaction + text;
}
