namespace Hub.Adapters.Stores.Sqlite;

/// <summary>The schema, one text per version. A text that was ever released is never edited.</summary>
internal static class SqliteSchema
{
    /// <summary>Version 1. Times are UTC ticks of 100 ns; digests and keys are bytes; <c>sender</c>, <c>recipient</c>,
    /// <c>type</c>, <c>assurance</c>, <c>why</c> and <c>app</c> are numbers of <c>name</c>, whose texts are few and repeat.</summary>
    internal const string Version1 = """
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

        CREATE TABLE message (
            num INTEGER PRIMARY KEY,          -- order of acceptance, without gaps
            key BLOB NOT NULL UNIQUE,
            id TEXT NOT NULL,
            sender INTEGER NOT NULL,
            type INTEGER NOT NULL,
            encoding INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            content_digest BLOB NOT NULL,
            assurance INTEGER NOT NULL,
            created INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            not_before INTEGER,
            expires INTEGER,
            priority INTEGER NOT NULL,
            conversation TEXT,
            sequence INTEGER,
            in_reply_to BLOB,
            subject TEXT,
            uploads BLOB,                     -- 32 bytes each
            entry INTEGER NOT NULL,
            erased INTEGER,
            segment INTEGER NOT NULL,         -- place of the body, which grows with num
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            body_key BLOB                     -- wrapped; null once erased
        ) STRICT;
        CREATE INDEX message_accepted ON message (accepted);
        CREATE INDEX message_sender ON message (sender, accepted);
        CREATE INDEX message_type ON message (type, accepted);
        CREATE INDEX message_conversation ON message (conversation, accepted) WHERE conversation IS NOT NULL;

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            message INTEGER NOT NULL,
            recipient INTEGER NOT NULL,
            role INTEGER NOT NULL,
            why INTEGER NOT NULL,
            state INTEGER NOT NULL,
            accepted INTEGER NOT NULL,        -- the message's
            rank INTEGER NOT NULL,            -- 4 - the message's priority: the most urgent first
            expires INTEGER,                  -- the message's
            ready INTEGER,                    -- 1: may be claimed; 0: waits until wake; null: settled
            wake INTEGER,                     -- due while queued, end of the claim while claimed
            due INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            replays INTEGER NOT NULL,
            claim TEXT,
            claimed_until INTEGER,
            last_problem TEXT,
            last_detail TEXT,
            delivered_at INTEGER,
            status TEXT,
            reason TEXT,
            outcome TEXT,
            asserted_by TEXT,
            changed INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX delivery_message ON delivery (message, recipient);
        CREATE INDEX delivery_recipient ON delivery (recipient, accepted, message);
        CREATE INDEX delivery_state ON delivery (state, accepted, message);
        -- Claims take the front of this one; its end is the rowid, so it is their ORDER BY.
        CREATE INDEX delivery_ready ON delivery (recipient, rank) WHERE ready = 1;
        -- What is not due yet stands aside, so that no claim steps over it.
        CREATE INDEX delivery_waiting ON delivery (recipient, rank, wake) WHERE ready = 0;
        CREATE INDEX delivery_expiring ON delivery (expires) WHERE ready IS NOT NULL AND expires IS NOT NULL;

        -- Counting a million rows for every scrape of the metrics would be a scan.
        CREATE TABLE delivery_count (state INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;

        CREATE TABLE entry (
            idx INTEGER PRIMARY KEY,
            message INTEGER,
            key BLOB,                         -- only when the store holds no such message
            header BLOB NOT NULL,
            salt BLOB,
            body BLOB
        ) STRICT;
        CREATE INDEX entry_message ON entry (message) WHERE message IS NOT NULL;
        CREATE INDEX entry_key ON entry (key) WHERE key IS NOT NULL;

        CREATE TABLE tile (place INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
        CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
        CREATE TABLE registry (version INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
        CREATE TABLE app_state (app INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (app, key)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>Version 2: claims that a stop of the hub cut short are counted apart from attempts.</summary>
    internal const string Version2 = "ALTER TABLE delivery ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0";

    /// <summary>Version 3: how often a delivery was answered, and the key of the signed answer in force.</summary>
    internal const string Version3 = """
        ALTER TABLE delivery ADD COLUMN answers INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE delivery ADD COLUMN answer BLOB;
        """;

    /// <summary>Version 4: which uploads messages name, so that erasing a message finds those that no other one names.</summary>
    internal const string Version4 = """
        CREATE TABLE message_upload (
            sender INTEGER NOT NULL,
            sha256 BLOB NOT NULL,
            message INTEGER NOT NULL,
            erased INTEGER NOT NULL,          -- 1: the message was erased, and the file is to go
            PRIMARY KEY (sender, sha256, message)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX message_upload_erased ON message_upload (sender, sha256) WHERE erased = 1;

        WITH RECURSIVE place(i) AS (
            SELECT 0 UNION ALL SELECT i + 1 FROM place WHERE (i + 1) * 32 < (SELECT max(length(uploads)) FROM message))
        INSERT OR IGNORE INTO message_upload
            SELECT m.sender, substr(m.uploads, 1 + 32 * place.i, 32), m.num, m.erased IS NOT NULL
            FROM message m JOIN place ON place.i * 32 < length(m.uploads) WHERE m.uploads IS NOT NULL;

        UPDATE delivery SET reason = NULL, last_detail = NULL WHERE message IN (SELECT num FROM message WHERE erased IS NOT NULL);
        """;

    /// <summary>Version 5: the registry object by object, with its whole history; proposals; deliveries made after their message. Table <c>registry</c> stays for hubs
    /// from before.</summary>
    internal const string Version5 = """
        CREATE TABLE registry_version (
            version INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            actor TEXT NOT NULL,
            approved_by TEXT,
            reason TEXT,
            entry INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX registry_version_time ON registry_version (time);

        CREATE TABLE registry_object (
            num INTEGER PRIMARY KEY,          -- grows with the version
            version INTEGER NOT NULL,         -- which wrote it
            until INTEGER,                    -- which replaced it; null: in force
            section TEXT NOT NULL,
            id TEXT NOT NULL,
            json TEXT                         -- null: removed
        ) STRICT;
        CREATE UNIQUE INDEX registry_object_id ON registry_object (section, id, version);
        CREATE INDEX registry_object_version ON registry_object (version);
        -- What is in force, in the order in which it was written, so that loading it reads the table from front to back.
        CREATE INDEX registry_object_current ON registry_object (until) WHERE until IS NULL AND json IS NOT NULL;

        CREATE TABLE proposal (
            id TEXT PRIMARY KEY,              -- grows with time
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            created INTEGER NOT NULL,
            json TEXT NOT NULL
        ) STRICT;
        CREATE INDEX proposal_state ON proposal (state, id);

        ALTER TABLE delivery ADD COLUMN since INTEGER; -- when it was made, for one made after its message; null: with it
        """;

    /// <summary>Version 6. Replies are found by what they answer.</summary>
    internal const string Version6 = """
        CREATE INDEX message_reply ON message (in_reply_to) WHERE in_reply_to IS NOT NULL;
        """;

    /// <summary>Version 7. Claims name the node whose dispatcher holds them.</summary>
    internal const string Version7 = """
        ALTER TABLE delivery ADD COLUMN node INTEGER; -- null: a mailbox's claim, or not claimed
        CREATE INDEX delivery_node ON delivery (node) WHERE node IS NOT NULL;
        """;

    /// <summary>Version 8. Order within conversations: of a recipient's deliveries in one lane only the first that blocks stands among
    /// those that may be claimed or wait for their time; those behind it stand aside (<c>ready</c> 2), so that no claim steps over them.</summary>
    internal const string Version8 = """
        ALTER TABLE delivery ADD COLUMN lane TEXT;                            -- null: unordered
        ALTER TABLE delivery ADD COLUMN lane_place INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE delivery ADD COLUMN holds_lane INTEGER NOT NULL DEFAULT 0; -- 1: blocks while dead, too
        ALTER TABLE delivery ADD COLUMN blocks INTEGER NOT NULL DEFAULT 0;     -- 1: those behind it in its lane wait
        CREATE INDEX delivery_lane ON delivery (recipient, lane, lane_place, id) WHERE blocks = 1;
        CREATE INDEX delivery_behind ON delivery (recipient) WHERE ready = 2;
        """;

    /// <summary>Version 9. Until when somebody waits for the reply to a request.</summary>
    internal const string Version9 = """
        ALTER TABLE message ADD COLUMN waited_until INTEGER; -- null: nobody waits, or the reply has come
        """;

    /// <summary>Version 10. Dead deliveries by system and reason.</summary>
    internal const string Version10 = """
        CREATE INDEX delivery_dead ON delivery (recipient, last_problem, changed) WHERE state = 4;
        """;
}
