-- AddToCounts (@node, @rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE c SET count = c.count + r.count FROM hub.delivery_count c WITH (ROWLOCK) JOIN @rows r ON r.state = c.state WHERE c.node = @node;
INSERT INTO hub.delivery_count (node, state, count)
SELECT @node, r.state, r.count FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.delivery_count c WHERE c.node = @node AND c.state = r.state);

-- Check.Head ()
SELECT h.size, h.note, (SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC), (SELECT MAX(e.idx) + 1 FROM hub.entry e) FROM hub.log_head h;

-- Check.Nodes ()
SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.until > SYSDATETIMEOFFSET() THEN 1 ELSE 0 END), 0) FROM hub.node n;

-- Check.Tile (@idx, @level)
SELECT t.hashes FROM hub.tile t WHERE t.level = @level AND t.idx = @idx;

-- Check.Time ()
SELECT h.time FROM hub.log_head h;

-- Claim (@limit, @node, @now, @protocol, @recipient, @share0, @share1, @share2, @share3, @share4, @until)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
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
WITH front AS (SELECT d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.ready, d.wake FROM hub.delivery d JOIN @front f ON f.id = d.id)
UPDATE front SET state = 1, ready = 0, wake = @until, claimed_until = @until, node = @node, attempts = attempts + 1, changed = @now, rev = rev + 1,
    claim = LOWER(CONVERT(varchar(16), CONVERT(varbinary(8), id), 2)) + '-' + LOWER(CONVERT(varchar(32), CRYPT_GEN_RANDOM(16), 2))
OUTPUT inserted.id, inserted.message, inserted.rev, inserted.rank, inserted.[key], inserted.recipient, inserted.role, inserted.why, inserted.since, inserted.state, inserted.due, inserted.attempts, inserted.interruptions, inserted.replays, inserted.claim, inserted.claimed_until, inserted.node, inserted.lane, inserted.lane_place, inserted.holds_lane, inserted.last_problem, inserted.last_detail, inserted.delivered_at, inserted.status, inserted.reason, inserted.outcome, inserted.asserted_by, inserted.answers, inserted.answer, inserted.changed, deleted.state;

-- Copy.Bodies (@apart)
SELECT m.[key], m.sha256, b.data_key, b.octets FROM hub.message m LEFT JOIN hub.body b ON b.num = m.num
WHERE m.erased IS NULL AND m.num % @apart = 0 ORDER BY m.num;

-- Copy.Count.app_state ()
SELECT COUNT_BIG(*) FROM hub.[app_state];

-- Copy.Count.body ()
SELECT COUNT_BIG(*) FROM hub.[body];

-- Copy.Count.checkpoint ()
SELECT COUNT_BIG(*) FROM hub.[checkpoint];

-- Copy.Count.delivery ()
SELECT COUNT_BIG(*) FROM hub.[delivery];

-- Copy.Count.entry ()
SELECT COUNT_BIG(*) FROM hub.[entry];

-- Copy.Count.message ()
SELECT COUNT_BIG(*) FROM hub.[message];

-- Copy.Count.message_key ()
SELECT COUNT_BIG(*) FROM hub.[message_key];

-- Copy.Count.message_upload ()
SELECT COUNT_BIG(*) FROM hub.[message_upload];

-- Copy.Count.proposal ()
SELECT COUNT_BIG(*) FROM hub.[proposal];

-- Copy.Count.registry ()
SELECT COUNT_BIG(*) FROM hub.[registry];

-- Copy.Count.registry_object ()
SELECT COUNT_BIG(*) FROM hub.[registry_object];

-- Copy.Count.registry_version ()
SELECT COUNT_BIG(*) FROM hub.[registry_version];

-- Copy.Count.tile ()
SELECT COUNT_BIG(*) FROM hub.[tile];

-- Copy.Entries ()
SELECT e.idx, e.header FROM hub.entry e ORDER BY e.idx;

-- Copy.HoldsHub ()
SELECT CONVERT(bit, CASE WHEN EXISTS (SELECT 1 FROM hub.entry) OR EXISTS (SELECT 1 FROM hub.message) OR EXISTS (SELECT 1 FROM hub.log_head h WHERE h.size > 0) THEN 1 ELSE 0 END);

-- Copy.Newest ()
SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC;

-- Copy.OpenLog (@note, @size, @time)
UPDATE hub.log_head SET size = @size, note = @note, time = @time;

-- Copy.Tiles ()
SELECT t.level, t.idx, t.hashes FROM hub.tile t ORDER BY t.level, t.idx;

-- EraseBody (@num)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DELETE FROM hub.body WHERE num = @num;

-- EraseDeliveries (@num)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.delivery SET reason = NULL, last_detail = NULL, rev = rev + 1 WHERE message = @num;

-- EraseEntries (@key, @num)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.entry SET salt = NULL, body = NULL
WHERE idx IN (SELECT e.idx FROM hub.entry e WHERE e.[key] = @key UNION ALL SELECT e.idx FROM hub.entry e WHERE e.message = @num);

-- EraseMessage (@at, @num)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.message SET subject = NULL, erased = @at WHERE num = @num;

-- EraseUploads (@num, @owner, @sha256)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE u SET erased = 1 FROM hub.message_upload u JOIN @sha256 r ON r.value = u.sha256 WHERE u.sender = @owner AND u.message = @num;

-- ErasedUploads (@limit)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT DISTINCT TOP (@limit) e.sender, e.sha256 FROM hub.message_upload e
WHERE e.erased = 1 AND NOT EXISTS (SELECT 1 FROM hub.message_upload n WHERE n.sender = e.sender AND n.sha256 = e.sha256 AND n.erased = 0);

-- Expired (@limit, @now)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT TOP (@limit) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM hub.delivery d
WHERE d.ready IS NOT NULL AND d.expires IS NOT NULL AND d.expires <= @now AND (d.state = 0 OR d.claimed_until <= @now) ORDER BY d.expires, d.id;

-- Fence (@incarnation, @node)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
EXEC hub.fence @node = @node, @incarnation = @incarnation;

-- FindDeliveries (@ids)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM @ids r JOIN hub.delivery d ON d.id = r.value;

-- FindDeliveryOfMessage (@key, @recipient)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM hub.message_key k JOIN hub.delivery d ON d.message = k.num WHERE k.[key] = @key AND d.recipient = @recipient;

-- FindMessages (@keys)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM @keys r JOIN hub.message_key k ON k.[key] = r.value JOIN hub.message m ON m.num = k.num;

-- FindProposal (@id)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT id, kind, state, created, json, rev FROM hub.proposal WHERE id = @id;

-- ForgetErasedUpload (@owner, @sha256)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DELETE FROM hub.message_upload WHERE sender = @owner AND sha256 = @sha256 AND erased = 1;

-- FrontsOfLanes (@after, @lane, @limit)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @found TABLE (place int NOT NULL PRIMARY KEY, recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL, lane nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL, behind bit NOT NULL);
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

-- HavePatience ()
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT 1;

-- InsertBodies (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.body (num, data_key, octets) SELECT r.num, r.data_key, r.octets FROM @rows r;

-- InsertDeliveries (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.delivery (id, message, [key], accepted, rank, protocol, expires, recipient, role, why, since, state, ready, wake, due, attempts, interruptions, replays, claim, claimed_until, node, lane, lane_place, holds_lane, blocks, last_problem, last_detail, delivered_at, status, reason, outcome, asserted_by, answers, answer, changed, behind, rev) SELECT r.id, r.message, r.[key], r.accepted, r.rank, r.protocol, r.expires, r.recipient, r.role, r.why, r.since, r.state, r.ready, r.wake, r.due, r.attempts, r.interruptions, r.replays, r.claim, r.claimed_until, r.node, r.lane, r.lane_place, r.holds_lane, r.blocks, r.last_problem, r.last_detail, r.delivered_at, r.status, r.reason, r.outcome, r.asserted_by, r.answers, r.answer, r.changed, r.blocks, 1 FROM @rows r ORDER BY r.id;

-- InsertEntries (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.entry (idx, message, [key], header, salt, body)
SELECT r.idx, COALESCE(r.message, k.num), CASE WHEN r.message IS NULL AND k.num IS NULL THEN r.[key] END, r.header, r.salt, r.body
FROM @rows r LEFT JOIN hub.message_key k ON k.[key] = r.[key] ORDER BY r.idx;

-- InsertKeys (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.message_key ([key], num) SELECT r.[key], r.num FROM @rows r ORDER BY r.[key];

-- InsertMessages (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.message (num, [key], id, sender, type, encoding, size, sha256, content_digest, assurance, created, accepted, not_before, expires, priority, conversation, sequence, in_reply_to, subject, uploads, entry, erased, waited_until) SELECT m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM @rows m ORDER BY m.num;

-- InsertProposal (@created, @id, @json, @kind, @state)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.proposal (id, kind, state, created, json, rev) VALUES (@id, @kind, @state, @created, @json, 1);

-- InsertRegistryObjects (@rows, @version)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.registry_object (version, section, id, json) SELECT @version, r.section, r.id, r.json FROM @rows r;

-- InsertRegistryVersion (@actor, @approved_by, @entry, @reason, @time, @version)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.registry_version (version, time, actor, approved_by, reason, entry) VALUES (@version, @time, @actor, @approved_by, @reason, @entry);

-- IsUploadNamed (@owner, @sha256)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT TOP (1) 1 FROM hub.message_upload u WHERE u.sender = @owner AND u.sha256 = @sha256 AND u.erased = 0;

-- LockApp (@app)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
EXEC hub.lock_app @app = @app, @patience = 4000;

-- LockLanes (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @place int = 0, @recipient nvarchar(200), @lane nvarchar(300), @patience int = 4000;
WHILE 1 = 1
BEGIN
    SELECT @recipient = r.recipient, @lane = r.lane FROM @rows r WHERE r.place = @place;
    IF @@ROWCOUNT = 0 BREAK;
    EXEC hub.lock_lane @recipient = @recipient, @lane = @lane, @patience = @patience;
    SET @place += 1;
END;
SELECT 1;

-- Migrations.LiveNodes ()
SELECT n.name, n.version FROM hub.node n WHERE n.until > SYSDATETIMEOFFSET() ORDER BY n.name;

-- Migrations.Newer (@minimum_program, @version)
INSERT INTO hub.[schema] (version, minimum_program) VALUES (@version, @minimum_program);

-- Migrations.Read ()
IF OBJECT_ID(N'hub.[schema]') IS NOT NULL SELECT TOP (1) version, minimum_program FROM hub.[schema] ORDER BY version DESC;

-- MoveHead (@before, @node, @note, @size, @time)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.log_head SET size = @size, note = @note, time = @time, node = @node,
    term = term + CASE WHEN node = @node OR (node IS NULL AND @node IS NULL) THEN 0 ELSE 1 END
WHERE one = 1 AND size = @before;

-- NameUploads (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.message_upload (sender, sha256, message) SELECT r.sender, r.sha256, r.message FROM @rows r;

-- NextDue (@now, @recipient)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT TOP (1) d.due FROM hub.delivery d
WHERE d.state = 0 AND d.ready = 0 AND d.behind = 0 AND d.recipient = @recipient AND d.due > @now ORDER BY d.due;

-- Node.Beat (@incarnation, @lease, @node)
DECLARE @others bit = CASE WHEN EXISTS (SELECT 1 FROM hub.node o WHERE o.number <> @node AND o.until > SYSDATETIMEOFFSET()) THEN 1 ELSE 0 END;
UPDATE hub.node SET until = DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET()) WHERE number = @node AND incarnation = @incarnation AND until > SYSDATETIMEOFFSET();
IF @@ROWCOUNT = 1 SELECT SYSDATETIMEOFFSET(), @others;

-- Node.Dead (@node)
SELECT n.number FROM hub.node n WHERE n.number <> @node AND n.until <= SYSDATETIMEOFFSET() AND EXISTS (SELECT 1 FROM hub.delivery d WHERE d.node = n.number)
ORDER BY n.number;

-- Node.EndDuties (@name)
UPDATE d SET until = SYSDATETIMEOFFSET() FROM hub.duty d JOIN hub.node n ON n.number = d.node WHERE n.name = @name AND d.until > SYSDATETIMEOFFSET();

-- Node.GiveUp (@duties, @node)
UPDATE hub.duty SET until = SYSDATETIMEOFFSET() WHERE node = @node AND until > SYSDATETIMEOFFSET() AND name NOT IN (SELECT w.value FROM @duties w);

-- Node.Held (@node)
SELECT d.name, d.term FROM hub.duty d WHERE d.node = @node AND d.until > SYSDATETIMEOFFSET();

-- Node.HoldNode (@name)
SELECT 1 FROM hub.node n WITH (XLOCK, HOLDLOCK, ROWLOCK) WHERE n.name = @name;

-- Node.Introduce (@name)
INSERT INTO hub.node (name, incarnation, version, joined, until, released)
SELECT @name, 0, N'', SYSDATETIMEOFFSET(), SYSDATETIMEOFFSET(), 1 WHERE NOT EXISTS (SELECT 1 FROM hub.node n WITH (UPDLOCK, HOLDLOCK) WHERE n.name = @name);

-- Node.Join (@lease, @name, @url, @version)
UPDATE hub.node SET incarnation = incarnation + 1, url = @url, version = @version, joined = SYSDATETIMEOFFSET(), until = DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET()), released = 0
OUTPUT inserted.number, inserted.incarnation, inserted.name, inserted.url, inserted.version, inserted.joined, inserted.until, CONVERT(bit, 1) WHERE name = @name;

-- Node.Leave (@incarnation, @node)
UPDATE hub.node SET until = SYSDATETIMEOFFSET() WHERE number = @node AND incarnation = @incarnation AND until > SYSDATETIMEOFFSET();

-- Node.List ()
SELECT number, incarnation, name, url, version, joined, until, CONVERT(bit, CASE WHEN until > SYSDATETIMEOFFSET() THEN 1 ELSE 0 END) FROM hub.node ORDER BY number;

-- Node.ListDuties ()
SELECT name, node, term, since, until, CONVERT(bit, CASE WHEN until > SYSDATETIMEOFFSET() THEN 1 ELSE 0 END) FROM hub.duty ORDER BY name;

-- Node.MakeRoom ()
EXEC hub.ensure_partitions;

-- Node.Renew (@lease, @node)
UPDATE hub.duty SET until = DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET()) WHERE node = @node AND until > SYSDATETIMEOFFSET();

-- Node.Seat ()
SELECT size, node, term FROM hub.log_head;

-- Node.Take (@duties, @lease, @node)
UPDATE d SET node = @node, term = d.term + 1, since = SYSDATETIMEOFFSET(), until = DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET())
FROM hub.duty d WITH (UPDLOCK, READPAST, ROWLOCK) JOIN @duties w ON w.value = d.name WHERE d.until <= SYSDATETIMEOFFSET();

-- Node.TakeNew (@duties, @lease, @node)
INSERT INTO hub.duty (name, node, term, since, until)
SELECT w.value, @node, 1, SYSDATETIMEOFFSET(), DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET()) FROM @duties w
WHERE NOT EXISTS (SELECT 1 FROM hub.duty d WITH (UPDLOCK, HOLDLOCK) WHERE d.name = w.value) ORDER BY w.value;

-- Once.Sweep ()
DELETE TOP (20) FROM hub.assertion_use WITH (READPAST, ROWLOCK) WHERE until < DATEADD(minute, -1, SYSDATETIMEOFFSET());

-- Once.Use (@name, @until)
INSERT INTO hub.assertion_use (name, until) VALUES (@name, @until);

-- Promote (@limit, @now, @recipient)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE TOP (@limit) d SET ready = 1 FROM hub.delivery d WITH (UPDLOCK, READPAST, ROWLOCK, INDEX (delivery_waiting))
WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = @recipient AND d.wake <= @now;

-- Read.AppState (@app, @key)
SELECT s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] = @key;

-- Read.AppStates (@app, @limit, @prefix)
SELECT TOP (@limit) s.[key], s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] >= @prefix AND LEFT(s.[key], DATALENGTH(@prefix) / 2) = @prefix ORDER BY s.[key];

-- Read.Backlogs (@floor)
SELECT d.recipient, COUNT_BIG(*) FROM hub.delivery d WHERE d.ready IS NOT NULL GROUP BY d.recipient HAVING COUNT_BIG(*) >= @floor;

-- Read.CheckpointOver (@entry)
SELECT TOP (1) c.note FROM hub.[checkpoint] c WHERE c.size > @entry ORDER BY c.size;

-- Read.CountReplies (@key, @most, @sender)
SELECT COUNT(*) FROM (SELECT TOP (@most) m.num FROM hub.message m WHERE m.in_reply_to = @key AND m.sender = @sender) r;

-- Read.Counts ()
SELECT c.state, SUM(c.count) FROM hub.delivery_count c GROUP BY c.state;

-- Read.CurrentRegistryObjects ()
SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.until IS NULL AND o.json IS NOT NULL;

-- Read.DeadGroups (@limit, @problem, @recipient)
WITH g AS (
    SELECT TOP (@limit) n.recipient, n.last_problem, COUNT_BIG(*) AS deliveries, MIN(n.changed) AS oldest, MAX(n.changed) AS newest FROM hub.delivery n
    WHERE n.state = 4 AND (n.recipient > @recipient OR (n.recipient = @recipient AND n.last_problem > @problem))
    GROUP BY n.recipient, n.last_problem ORDER BY n.recipient, n.last_problem
)
SELECT g.recipient, g.last_problem, g.deliveries, g.oldest, g.newest, (
    SELECT TOP (1) d.last_detail FROM hub.delivery d
    WHERE d.state = 4 AND d.recipient = g.recipient AND d.last_problem = g.last_problem ORDER BY d.changed DESC)
FROM g WHERE g.last_problem IS NOT NULL ORDER BY g.recipient, g.last_problem;

-- Read.DeadGroupsOfRecipient (@limit, @problem, @recipient)
WITH g AS (
    SELECT TOP (@limit) n.recipient, n.last_problem, COUNT_BIG(*) AS deliveries, MIN(n.changed) AS oldest, MAX(n.changed) AS newest FROM hub.delivery n
    WHERE n.state = 4 AND n.recipient = @recipient AND n.last_problem > @problem
    GROUP BY n.recipient, n.last_problem ORDER BY n.recipient, n.last_problem
)
SELECT g.recipient, g.last_problem, g.deliveries, g.oldest, g.newest, (
    SELECT TOP (1) d.last_detail FROM hub.delivery d
    WHERE d.state = 4 AND d.recipient = g.recipient AND d.last_problem = g.last_problem ORDER BY d.changed DESC)
FROM g WHERE g.last_problem IS NOT NULL ORDER BY g.recipient, g.last_problem;

-- Read.DeliveriesInState (@accepted, @given, @id, @message, @recipient, @scanned, @state)
SELECT TOP (@given) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM (SELECT TOP (@scanned) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM hub.delivery d WHERE d.state = @state AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id) d WHERE (@recipient IS NULL OR d.recipient = @recipient) ORDER BY d.accepted, d.message, d.id OPTION (RECOMPILE);

-- Read.DeliveriesInState.End (@accepted, @id, @message, @scanned, @state)
SELECT d.accepted, d.message, d.id FROM hub.delivery d WHERE d.state = @state AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.DeliveriesOfMessage (@key)
SELECT d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM hub.message_key k JOIN hub.delivery d ON d.message = k.num WHERE k.[key] = @key ORDER BY d.id;

-- Read.DeliveriesOfRecipient (@accepted, @given, @id, @message, @recipient, @scanned, @state)
SELECT TOP (@given) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM (SELECT TOP (@scanned) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM hub.delivery d WHERE d.recipient = @recipient AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id) d WHERE d.state = @state ORDER BY d.accepted, d.message, d.id OPTION (RECOMPILE);

-- Read.DeliveriesOfRecipient.End (@accepted, @id, @message, @recipient, @scanned)
SELECT d.accepted, d.message, d.id FROM hub.delivery d WHERE d.recipient = @recipient AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.DeliveriesSettled (@accepted, @given, @id, @message, @recipient, @scanned, @state)
SELECT TOP (@given) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM (SELECT TOP (@scanned) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed, d.accepted FROM hub.delivery d WHERE d.state = @state AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id) d WHERE (@recipient IS NULL OR d.recipient = @recipient) ORDER BY d.accepted, d.message, d.id OPTION (RECOMPILE);

-- Read.DeliveriesSettled.End (@accepted, @id, @message, @scanned, @state)
SELECT d.accepted, d.message, d.id FROM hub.delivery d WHERE d.state = @state AND d.accepted >= @accepted
    AND (d.accepted > @accepted OR d.message > @message OR (d.message = @message AND d.id > @id)) ORDER BY d.accepted, d.message, d.id OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.Entries (@count, @first)
SELECT TOP (@count) e.idx, e.header, e.salt, e.body FROM hub.entry e WHERE e.idx >= @first ORDER BY e.idx;

-- Read.EntriesOfMessage (@key)
SELECT e.idx, e.header, e.salt, e.body FROM hub.message_key k JOIN hub.entry e ON e.message = k.num WHERE k.[key] = @key
UNION ALL SELECT e.idx, e.header, e.salt, e.body FROM hub.entry e WHERE e.[key] = @key ORDER BY idx;

-- Read.FindBody (@key)
SELECT b.data_key, b.octets FROM hub.message_key k JOIN hub.body b ON b.num = k.num WHERE k.[key] = @key;

-- Read.FindDelivery (@id)
SELECT d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM hub.delivery d WHERE d.id = @id;

-- Read.FindMessage (@key)
SELECT m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message_key k JOIN hub.message m ON m.num = k.num WHERE k.[key] = @key;

-- Read.FindProposal (@id)
SELECT p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE p.id = @id;

-- Read.FindReply (@key, @now, @type)
SELECT TOP (1) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message_key k JOIN hub.message q ON q.num = k.num JOIN hub.message m ON m.in_reply_to = @key
WHERE k.[key] = @key AND m.type = @type AND (m.not_before IS NULL OR m.not_before <= @now)
AND EXISTS (SELECT 1 FROM hub.delivery a WHERE a.message = q.num AND a.recipient = m.sender)
AND EXISTS (SELECT 1 FROM hub.delivery b WHERE b.message = m.num AND b.recipient = q.sender)
ORDER BY m.num;

-- Read.HasDead (@problem, @recipient)
SELECT TOP (1) 1 FROM hub.delivery d WHERE d.state = 4 AND d.recipient = @recipient AND d.last_problem = @problem;

-- Read.HasRegistryVersion (@version)
SELECT 1 FROM hub.registry_version v WHERE v.version = @version;

-- Read.IsUploadNamed (@owner, @sha256)
SELECT TOP (1) 1 FROM hub.message_upload u WHERE u.sender = @owner AND u.sha256 = @sha256 AND u.erased = 0;

-- Read.KeyHistory (@after, @from, @until)
SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.section = N'keys' AND o.id > @from AND o.id < @until AND o.version > @after AND o.json IS NOT NULL ORDER BY o.version, o.num;

-- Read.MessagesByConversation (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT TOP (@scanned) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message m WHERE m.conversation = @conversation AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC) m
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY m.accepted DESC, m.num DESC OPTION (RECOMPILE);

-- Read.MessagesByConversation.End (@accepted, @conversation, @num, @scanned, @since)
SELECT m.accepted, m.num FROM hub.message m WHERE m.conversation = @conversation AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.MessagesByRecipient (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT DISTINCT x.accepted, x.message FROM (SELECT TOP (@scanned) d.accepted, d.message FROM hub.delivery d WHERE d.recipient = @recipient AND d.accepted <= @accepted AND (d.accepted < @accepted OR d.message < @num) AND d.accepted >= @since ORDER BY d.accepted DESC, d.message DESC) x) y
JOIN hub.message m ON m.num = y.message
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY y.accepted DESC, y.message DESC OPTION (RECOMPILE);

-- Read.MessagesByRecipient.End (@accepted, @num, @recipient, @scanned, @since)
SELECT d.accepted, d.message FROM hub.delivery d WHERE d.recipient = @recipient AND d.accepted <= @accepted AND (d.accepted < @accepted OR d.message < @num) AND d.accepted >= @since ORDER BY d.accepted DESC, d.message DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.MessagesBySender (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT TOP (@scanned) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message m WHERE m.sender = @sender AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC) m
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY m.accepted DESC, m.num DESC OPTION (RECOMPILE);

-- Read.MessagesBySender.End (@accepted, @num, @scanned, @sender, @since)
SELECT m.accepted, m.num FROM hub.message m WHERE m.sender = @sender AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.MessagesByState (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT DISTINCT x.accepted, x.message FROM (SELECT TOP (@scanned) d.accepted, d.message FROM hub.delivery d WHERE d.state = @state AND d.accepted <= @accepted AND (d.accepted < @accepted OR d.message < @num) AND d.accepted >= @since ORDER BY d.accepted DESC, d.message DESC) x) y
JOIN hub.message m ON m.num = y.message
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY y.accepted DESC, y.message DESC OPTION (RECOMPILE);

-- Read.MessagesByState.End (@accepted, @num, @scanned, @since, @state)
SELECT d.accepted, d.message FROM hub.delivery d WHERE d.state = @state AND d.accepted <= @accepted AND (d.accepted < @accepted OR d.message < @num) AND d.accepted >= @since ORDER BY d.accepted DESC, d.message DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.MessagesByTime (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT TOP (@scanned) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message m WHERE  m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC) m
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY m.accepted DESC, m.num DESC OPTION (RECOMPILE);

-- Read.MessagesByTime.End (@accepted, @num, @scanned, @since)
SELECT m.accepted, m.num FROM hub.message m WHERE  m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.MessagesByType (@accepted, @conversation, @given, @num, @other, @recipient, @scanned, @sender, @since, @state, @type, @visible, @visible_at)
SELECT TOP (@given) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM (SELECT TOP (@scanned) m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until FROM hub.message m WHERE m.type = @type AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC) m
WHERE (@sender IS NULL OR m.sender = @sender)
AND (@recipient IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @recipient))
AND (@other IS NULL OR EXISTS (SELECT 1 FROM hub.delivery r WHERE r.message = m.num AND r.recipient = @other))
AND (@type IS NULL OR m.type = @type)
AND (@state IS NULL OR EXISTS (SELECT 1 FROM hub.delivery s WHERE s.message = m.num AND s.state = @state AND (@visible IS NULL OR m.sender = @visible OR s.recipient = @visible)))
AND (@conversation IS NULL OR m.conversation = @conversation)
AND (@visible_at IS NULL OR m.not_before IS NULL OR m.not_before <= @visible_at OR m.sender = @visible)
ORDER BY m.accepted DESC, m.num DESC OPTION (RECOMPILE);

-- Read.MessagesByType.End (@accepted, @num, @scanned, @since, @type)
SELECT m.accepted, m.num FROM hub.message m WHERE m.type = @type AND m.accepted <= @accepted AND (m.accepted < @accepted OR m.num < @num) AND m.accepted >= @since ORDER BY m.accepted DESC, m.num DESC OFFSET @scanned - 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (RECOMPILE);

-- Read.NewestCheckpoint ()
SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC;

-- Read.NewestRegistryVersion ()
SELECT MAX(v.version) FROM hub.registry_version v;

-- Read.OldestQueued ()
SELECT TOP (1) d.due FROM hub.delivery d WHERE d.state = 0 ORDER BY d.accepted, d.message, d.id;

-- Read.PastRegistryObjects (@version)
SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.version <= @version AND (o.until IS NULL OR o.until > @version) AND o.json IS NOT NULL;

-- Read.Proposals (@before, @limit)
SELECT TOP (@limit) p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE @before IS NULL OR p.id < @before ORDER BY p.id DESC;

-- Read.ProposalsInState (@before, @limit, @state)
SELECT TOP (@limit) p.id, p.kind, p.state, p.created, p.json FROM hub.proposal p WHERE p.state = @state AND (@before IS NULL OR p.id < @before) ORDER BY p.id DESC;

-- Read.Queues (@most, @now)
DECLARE @found TABLE (recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
DECLARE @next nvarchar(200) = N'';
WHILE 1 = 1
BEGIN
    SELECT @next = MIN(d.recipient) FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient > @next;
    IF @next IS NULL BREAK;
    INSERT INTO @found (recipient) VALUES (@next);
END;
SELECT f.recipient, (SELECT COUNT_BIG(*) FROM (SELECT TOP (@most) d.id FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient = f.recipient) c),
(SELECT MIN(CASE WHEN o.attempts = 0 THEN o.due ELSE COALESCE(o.since, o.accepted) END) FROM (
    SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = 0 ORDER BY d.id) r UNION ALL SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = 1 ORDER BY d.id) r UNION ALL SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = 2 ORDER BY d.id) r UNION ALL SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = 3 ORDER BY d.id) r UNION ALL SELECT r.attempts, r.due, r.since, r.accepted FROM (SELECT TOP (100) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = f.recipient AND d.rank = 4 ORDER BY d.id) r
    UNION ALL SELECT w.attempts, w.due, w.since, w.accepted FROM (SELECT TOP (1000) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = f.recipient ORDER BY d.wake) w
    UNION ALL SELECT u.attempts, u.due, u.since, u.accepted FROM (SELECT TOP (1000) d.attempts, d.due, d.since, d.accepted FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient = f.recipient ORDER BY d.id) u) o
    WHERE o.attempts > 0 OR o.due <= @now)
FROM @found f;

-- Read.ReadMessages (@keys, @octets)
SELECT m.num, m.[key], m.id, m.sender, m.type, m.encoding, m.size, m.sha256, m.content_digest, m.assurance, m.created, m.accepted, m.not_before, m.expires, m.priority, m.conversation, m.sequence, m.in_reply_to, m.subject, m.uploads, m.entry, m.erased, m.waited_until, b.data_key, CASE WHEN SUM(m.size) OVER (ORDER BY m.num ROWS UNBOUNDED PRECEDING) <= @octets THEN b.octets END
FROM @keys w JOIN hub.message_key k ON k.[key] = w.value JOIN hub.message m ON m.num = k.num LEFT JOIN hub.body b ON b.num = m.num;

-- Read.RegistryDocument ()
SELECT TOP (1) r.version, r.document FROM hub.registry r ORDER BY r.version DESC;

-- Read.RegistryHistory (@id, @limit, @section, @until)
SELECT TOP (@limit) o.section, o.id, o.json, v.version, v.time, v.actor, v.approved_by, v.reason, v.entry FROM hub.registry_object o JOIN hub.registry_version v ON v.version = o.version
WHERE o.section = @section AND o.id = @id AND o.version <= @until ORDER BY o.version DESC;

-- Read.RegistryObjectsOfVersion (@version)
SELECT o.section, o.id, o.json FROM hub.registry_object o WHERE o.version = @version ORDER BY o.num;

-- Read.RegistryVersionAt (@at)
SELECT TOP (1) v.version FROM hub.registry_version v WHERE v.time <= @at ORDER BY v.version DESC;

-- Read.RegistryVersions (@after, @limit)
SELECT TOP (@limit) v.version, v.time, v.actor, v.approved_by, v.reason, v.entry FROM hub.registry_version v WHERE v.version > @after ORDER BY v.version;

-- Read.Tile (@index, @level)
SELECT t.hashes FROM hub.tile t WHERE t.level = @level AND t.idx = @index;

-- Read.UnfinishedRecipients ()
DECLARE @found TABLE (recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
DECLARE @next nvarchar(200) = N'';
WHILE 1 = 1
BEGIN
    SELECT @next = MIN(d.recipient) FROM hub.delivery d WHERE d.ready IS NOT NULL AND d.recipient > @next;
    IF @next IS NULL BREAK;
    INSERT INTO @found (recipient) VALUES (@next);
END;
SELECT f.recipient FROM @found f;

-- Read.Untaken (@after, @limit, @now, @recipient)
SELECT TOP (@limit) d.id, d.message, d.rev, d.rank, d.[key], d.recipient, d.role, d.why, d.since, d.state, d.due, d.attempts, d.interruptions, d.replays, d.claim, d.claimed_until, d.node, d.lane, d.lane_place, d.holds_lane, d.last_problem, d.last_detail, d.delivered_at, d.status, d.reason, d.outcome, d.asserted_by, d.answers, d.answer, d.changed FROM hub.delivery d
WHERE d.ready IS NOT NULL AND d.recipient = @recipient AND d.id > @after AND (d.state = 0 OR d.claimed_until <= @now) AND d.protocol = 0 ORDER BY d.id;

-- ReadAppState (@app, @key)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT s.value FROM hub.app_state s WHERE s.app = @app AND s.[key] = @key;

-- RecipientsDue (@after, @limit, @now, @until)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @found TABLE (recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY);
DECLARE @count int = 0, @next nvarchar(200) = @after;
WHILE @count < @limit
BEGIN
    SELECT @next = MIN(n.recipient) FROM (
        SELECT MIN(d.recipient) AS recipient FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient > @next
        UNION ALL SELECT MIN(d.recipient) FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient > @next) n;
    IF @next IS NULL OR @next > @until COLLATE Latin1_General_100_BIN2 BREAK;
    IF EXISTS (SELECT 1 FROM hub.delivery d WHERE d.ready = 1 AND d.behind = 0 AND d.recipient = @next AND d.wake <= @now)
        OR EXISTS (SELECT 1 FROM hub.delivery d WHERE d.ready = 0 AND d.behind = 0 AND d.recipient = @next AND d.wake <= @now)
    BEGIN
        INSERT INTO @found (recipient) VALUES (@next);
        SET @count += 1;
    END;
END;
SELECT f.recipient FROM @found f ORDER BY f.recipient;

-- RegistryDocumentVersion ()
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT TOP (1) version FROM hub.registry ORDER BY version DESC;

-- RegistryVersion ()
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT MAX(version) FROM hub.registry_version;

-- ReleaseClaims (@except, @interruptions, @limit, @node, @now)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
WITH held AS (
    SELECT TOP (@limit) d.id, d.recipient, d.state, d.attempts, d.interruptions, d.ready, d.wake, d.due, d.claim, d.claimed_until, d.node, d.changed, d.rev
    FROM hub.delivery d WITH (UPDLOCK, ROWLOCK, INDEX (delivery_node)) WHERE d.node = @node AND d.id NOT IN (SELECT e.value FROM @except e) ORDER BY d.id)
UPDATE held SET state = 0, attempts = attempts - CASE WHEN interruptions < @interruptions AND attempts > 0 THEN 1 ELSE 0 END,
    interruptions = interruptions + 1, ready = 1, wake = @now, due = @now, claim = NULL, claimed_until = NULL, node = NULL, changed = @now, rev = rev + 1
OUTPUT inserted.recipient;

-- RemoveAppState (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DELETE s FROM hub.app_state s JOIN @rows r ON r.app = s.app AND r.[key] = s.[key];

-- ReplaceRegistryObjects (@rows, @version)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE o SET until = @version FROM hub.registry_object o JOIN @rows r ON r.section = o.section AND r.id = o.id WHERE o.until IS NULL;

-- RequireDuty (@duty, @node, @term)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
EXEC hub.require_duty @duty = @duty, @node = @node, @term = @term;

-- SeatEdge (@size)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
WITH l (level, entries) AS (
    SELECT 0, CONVERT(bigint, 256) UNION ALL SELECT 1, 65536 UNION ALL SELECT 2, 16777216 UNION ALL SELECT 3, 4294967296 UNION ALL SELECT 4, 1099511627776)
SELECT t.level, t.idx, t.hashes
FROM hub.log_head h CROSS JOIN l JOIN hub.tile t ON t.level = l.level AND t.idx = h.size / l.entries
WHERE h.one = 1 AND h.size <> @size;

-- SettleLanes (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @fronts TABLE (id bigint NOT NULL PRIMARY KEY, recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL, lane nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL);
INSERT INTO @fronts (id, recipient, lane)
SELECT f.id, f.recipient, f.lane FROM @rows r CROSS APPLY (
    SELECT TOP (1) d.id, d.recipient, d.lane FROM hub.delivery d WITH (INDEX (delivery_lane))
    WHERE d.blocks = 1 AND d.recipient = CONVERT(nvarchar(200), r.recipient) AND d.lane = CONVERT(nvarchar(300), r.lane) ORDER BY d.lane_place, d.id) f;
UPDATE d SET behind = 0 FROM hub.delivery d WITH (ROWLOCK) JOIN @fronts f ON f.id = d.id WHERE d.behind = 1;
UPDATE d SET behind = 1 FROM hub.delivery d WITH (ROWLOCK, INDEX (delivery_front)) JOIN @fronts f ON f.recipient = d.recipient AND f.lane = d.lane
WHERE d.blocks = 1 AND d.behind = 0 AND d.id <> f.id;

-- TakeIds (@blocks)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @first sql_variant, @month bigint = DATEDIFF(month, '20200101', SYSUTCDATETIME());
EXEC sys.sp_sequence_get_range @sequence_name = N'hub.id_block', @range_size = @blocks, @range_first_value = @first OUTPUT;
WITH place (i) AS (SELECT CONVERT(bigint, 0) UNION ALL SELECT i + 1 FROM place WHERE i + 1 < @blocks)
SELECT @month * 8796093022208 + (CONVERT(bigint, @first) + i) * 32 FROM place ORDER BY i OPTION (MAXRECURSION 0);

-- TakeSeat ()
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
SELECT size, note, time, node, term FROM hub.log_head WITH (UPDLOCK, HOLDLOCK, ROWLOCK) WHERE one = 1;

-- TryLockApp (@app)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
EXEC hub.lock_app @app = @app, @patience = 200;

-- TryLockLanes (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
DECLARE @place int = 0, @recipient nvarchar(200), @lane nvarchar(300), @patience int = 200;
WHILE 1 = 1
BEGIN
    SELECT @recipient = r.recipient, @lane = r.lane FROM @rows r WHERE r.place = @place;
    IF @@ROWCOUNT = 0 BREAK;
    EXEC hub.lock_lane @recipient = @recipient, @lane = @lane, @patience = @patience;
    SET @place += 1;
END;
SELECT 1;

-- UpdateDeliveries (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE d SET rev = d.rev + 1, role = r.role, why = r.why, since = r.since, state = r.state, ready = r.ready, wake = r.wake, due = r.due, attempts = r.attempts, interruptions = r.interruptions, replays = r.replays, claim = r.claim, claimed_until = r.claimed_until, node = r.node, lane = r.lane, lane_place = r.lane_place, holds_lane = r.holds_lane, blocks = r.blocks, last_problem = r.last_problem, last_detail = r.last_detail, delivered_at = r.delivered_at, status = r.status, reason = r.reason, outcome = r.outcome, asserted_by = r.asserted_by, answers = r.answers, answer = r.answer, changed = r.changed
FROM hub.delivery d WITH (ROWLOCK) JOIN @rows r ON r.id = d.id AND r.rev = d.rev;

-- UpdateProposal (@created, @id, @json, @kind, @rev, @state)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.proposal SET kind = @kind, state = @state, created = @created, json = @json, rev = rev + 1 WHERE id = @id AND rev = @rev;

-- Upload.Abandoned (@before, @owner)
SELECT u.num FROM hub.upload u WHERE u.completed IS NULL AND u.touched < @before AND (@owner IS NULL OR u.owner = @owner);

-- Upload.Append (@before, @now, @num, @octets, @place, @received)
SET XACT_ABORT ON;
SET NOCOUNT ON;
BEGIN TRANSACTION;
DECLARE @won int;
UPDATE hub.upload SET received = @received, touched = @now WHERE num = @num AND received = @before AND completed IS NULL;
SET @won = @@ROWCOUNT;
IF @won = 1 DELETE FROM hub.upload_chunk WHERE upload = @num AND place = @place;
SET NOCOUNT OFF;
IF @won = 1 INSERT INTO hub.upload_chunk (upload, place, octets) VALUES (@num, @place, @octets);
COMMIT TRANSACTION;

-- Upload.Complete (@now, @num)
UPDATE hub.upload SET completed = COALESCE(completed, @now) WHERE num = @num AND received = size;

-- Upload.Count (@owner)
SELECT COALESCE(SUM(CASE WHEN u.completed IS NULL THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN u.completed IS NULL THEN 0 ELSE 1 END), 0), COALESCE(SUM(u.size), 0)
FROM hub.upload u WHERE u.owner = @owner AND u.kept = 0;

-- Upload.Delete (@num)
DELETE FROM hub.upload WHERE num = @num;

-- Upload.DeleteAbandoned (@before, @num)
DELETE FROM hub.upload WHERE num = @num AND completed IS NULL AND touched < @before;

-- Upload.DeleteChunks (@num)
DELETE FROM hub.upload_chunk WHERE upload = @num;

-- Upload.Find (@owner, @sha256)
SELECT u.num, u.size, u.received, u.data_key, CONVERT(bit, CASE WHEN u.completed IS NULL THEN 0 ELSE 1 END) FROM hub.upload u WHERE u.owner = @owner AND u.sha256 = @sha256;

-- Upload.Insert (@data_key, @now, @owner, @sha256, @size)
INSERT INTO hub.upload (owner, sha256, size, data_key, touched, received) VALUES (@owner, @sha256, @size, @data_key, @now, 0);

-- Upload.Keep (@owner, @sha256)
UPDATE hub.upload SET kept = 1 WHERE owner = @owner AND sha256 = @sha256 AND kept = 0 AND completed IS NOT NULL;

-- Upload.LockOwner (@owner)
DECLARE @resource nvarchar(255) = CONCAT(N'hub upload ', @owner), @result int;
EXEC @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 4000;
IF @result < 0 THROW 51003, N'another upload of this owner begins', 1;

-- Upload.ReadChunk (@num, @place)
SELECT c.octets FROM hub.upload_chunk c WHERE c.upload = @num AND c.place = @place;

-- Upload.Relax ()
SELECT 1;

-- Upload.Unnamed (@before)
SELECT u.owner, u.sha256 FROM hub.upload u WHERE u.completed < @before AND u.kept = 0;

-- Wake (@payload)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.wake (payload) VALUES (@payload); SELECT 1;

-- Wakes.Forget ()
DELETE TOP (1000) FROM hub.wake WITH (READPAST, ROWLOCK) WHERE time < DATEADD(second, -60, SYSDATETIMEOFFSET());

-- Wakes.Newest ()
SELECT COALESCE(MAX(num), 0) FROM hub.wake;

-- Wakes.Next (@after)
SELECT w.num, w.payload FROM hub.wake w WITH (READCOMMITTEDLOCK) WHERE w.num > @after ORDER BY w.num;

-- WriteAppState (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE s SET value = r.value FROM hub.app_state s JOIN @rows r ON r.app = s.app AND r.[key] = s.[key];
INSERT INTO hub.app_state (app, [key], value)
SELECT r.app, r.[key], r.value FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.app_state s WHERE s.app = r.app AND s.[key] = r.[key]);

-- WriteCheckpoint (@note, @size)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
INSERT INTO hub.[checkpoint] (size, note) VALUES (@size, @note);

-- WriteTiles (@rows)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE t SET hashes = r.hashes FROM hub.tile t JOIN @rows r ON r.level = t.level AND r.idx = t.idx;
INSERT INTO hub.tile (level, idx, hashes)
SELECT r.level, r.idx, r.hashes FROM @rows r WHERE NOT EXISTS (SELECT 1 FROM hub.tile t WHERE t.level = r.level AND t.idx = r.idx);

-- WriteWait (@num, @until)
IF XACT_STATE() <> 1 THROW 51004, N'the transaction has ended', 1;
UPDATE hub.message SET waited_until = @until WHERE num = @num;

