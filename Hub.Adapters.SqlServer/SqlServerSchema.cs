namespace Hub.Adapters.SqlServer;

/// <summary>The schema, one list of batches per version; a fresh database gets them all, in order. A text that was ever released is never
/// edited.</summary>
/// <remarks>Texts that are compared are ordered by their code units, as everywhere in the hub. Everything stands in the schema
/// <c>hub</c>.</remarks>
internal static partial class SqlServerSchema
{
    /// <summary>Every version, in order.</summary>
    internal static readonly SqlServerMigration[] Migrations =
    [
        new(1, OldestProgram: 1, [Log, Messages, Deliveries, Registry, Uploads, Nodes, Lists, Rows, Fence, RequireDuty, LockApp, LockLane, EnsurePartitions, "EXEC hub.ensure_partitions;"]),
        new(2, OldestProgram: 1, [Dead]),
    ];

    /// <summary>Dead deliveries by system and reason.</summary>
    private const string Dead = "CREATE INDEX delivery_dead ON hub.delivery (recipient, last_problem, changed) WHERE state = 4;";

    /// <summary>Made before everything else, outside of any version.</summary>
    internal const string CreateSchema = "IF SCHEMA_ID(N'hub') IS NULL EXEC (N'CREATE SCHEMA hub AUTHORIZATION dbo');";

    /// <summary>The table of versions.</summary>
    internal const string CreateVersions = """
        IF OBJECT_ID(N'hub.[schema]') IS NULL
            CREATE TABLE hub.[schema] (
                version int NOT NULL PRIMARY KEY,
                minimum_program int NOT NULL, -- programs that know no newer schema than one before this may not run any more
                applied datetimeoffset(7) NOT NULL DEFAULT SYSDATETIMEOFFSET()
            );
        """;

    private const string Log = """
        CREATE TABLE hub.log_head (
            one bit NOT NULL PRIMARY KEY DEFAULT 1 CHECK (one = 1),
            size bigint NOT NULL,
            note nvarchar(max),                -- the signed checkpoint of that size
            time datetimeoffset(7),            -- of the last entry
            node int,                          -- whose group wrote it
            term bigint NOT NULL               -- grows with every change of node
        );
        INSERT INTO hub.log_head (size, term) VALUES (0, 0);

        CREATE TABLE hub.entry (
            idx bigint NOT NULL PRIMARY KEY,
            message bigint,
            [key] varbinary(32),               -- only when the store holds no such message
            header varbinary(max) NOT NULL,
            salt varbinary(max),
            body varbinary(max)
        );
        CREATE INDEX entry_message ON hub.entry (message) WHERE message IS NOT NULL;
        CREATE INDEX entry_key ON hub.entry ([key]) WHERE [key] IS NOT NULL;

        CREATE TABLE hub.tile (level int NOT NULL, idx bigint NOT NULL, hashes varbinary(max) NOT NULL, PRIMARY KEY (level, idx));
        CREATE TABLE hub.[checkpoint] (size bigint NOT NULL PRIMARY KEY, note nvarchar(max) NOT NULL);
        """;

    /// <summary>Messages and bodies lie in one partition a month of acceptance, which their numbers begin with. That a key is unique, for
    /// ever, is the word of <c>message_key</c>.</summary>
    private const string Messages = """
        CREATE SEQUENCE hub.id_block AS bigint START WITH 1 CACHE 1000;
        CREATE PARTITION FUNCTION hub_month (bigint) AS RANGE RIGHT FOR VALUES ();
        CREATE PARTITION SCHEME hub_months AS PARTITION hub_month ALL TO ([PRIMARY]);

        CREATE TABLE hub.message_key ([key] varbinary(32) NOT NULL PRIMARY KEY, num bigint NOT NULL);

        CREATE TABLE hub.message (
            num bigint NOT NULL,               -- grows with acceptance, with gaps
            [key] varbinary(32) NOT NULL,
            id nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            sender nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            type nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            encoding smallint NOT NULL,
            size bigint NOT NULL,
            sha256 varbinary(32) NOT NULL,
            content_digest varbinary(32) NOT NULL,
            assurance nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            created datetimeoffset(7) NOT NULL,
            accepted datetimeoffset(7) NOT NULL,
            not_before datetimeoffset(7),
            expires datetimeoffset(7),
            priority smallint NOT NULL,
            conversation nvarchar(200) COLLATE Latin1_General_100_BIN2,
            sequence bigint,
            in_reply_to varbinary(32),
            subject nvarchar(2000),
            uploads varbinary(max),            -- 32 bytes each
            entry bigint NOT NULL,
            erased datetimeoffset(7),
            waited_until datetimeoffset(7),    -- the sender waits for the reply; null: he does not, or it has come
            CONSTRAINT message_num PRIMARY KEY CLUSTERED (num) ON hub_months (num)
        ) ON hub_months (num);
        -- Not in partitions: lists are walked in their order.
        CREATE INDEX message_accepted ON hub.message (accepted, num) ON [PRIMARY];
        CREATE INDEX message_sender ON hub.message (sender, accepted, num) ON [PRIMARY];
        CREATE INDEX message_type ON hub.message (type, accepted, num) ON [PRIMARY];
        CREATE INDEX message_conversation ON hub.message (conversation, accepted, num) WHERE conversation IS NOT NULL ON [PRIMARY];
        CREATE INDEX message_reply ON hub.message (in_reply_to, num) WHERE in_reply_to IS NOT NULL ON [PRIMARY];

        CREATE TABLE hub.body (
            num bigint NOT NULL,
            data_key varbinary(200) NOT NULL,
            octets varbinary(max) NOT NULL,
            CONSTRAINT body_num PRIMARY KEY CLUSTERED (num) ON hub_months (num)
        ) ON hub_months (num);

        CREATE TABLE hub.message_upload (
            sender nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            sha256 varbinary(32) NOT NULL,
            message bigint NOT NULL,
            erased bit NOT NULL DEFAULT 0,     -- the message was erased, and the content is to go
            PRIMARY KEY (sender, sha256, message)
        );
        CREATE INDEX message_upload_erased ON hub.message_upload (sender, sha256) WHERE erased = 1;
        """;

    /// <summary>Deliveries. <c>rev</c> grows with every change: who writes states the one it read.</summary>
    private const string Deliveries = """
        CREATE TABLE hub.delivery (
            id bigint NOT NULL PRIMARY KEY,
            message bigint NOT NULL,
            [key] varbinary(32) NOT NULL,      -- the message's
            accepted datetimeoffset(7) NOT NULL, -- the message's
            rank smallint NOT NULL,            -- 4 - the message's priority: the most urgent first
            protocol bit NOT NULL,             -- whether the message is of the hub's own protocol
            expires datetimeoffset(7),         -- the message's
            rev int NOT NULL,
            recipient nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            role smallint NOT NULL,
            why nvarchar(400) NOT NULL,
            since datetimeoffset(7),           -- when it was made, for one made after its message; null: with it
            state smallint NOT NULL,
            ready bit,                         -- 1: may be claimed; 0: waits until wake; null: settled
            wake datetimeoffset(7),            -- due while queued, end of the claim while claimed
            due datetimeoffset(7) NOT NULL,
            attempts int NOT NULL,
            interruptions int NOT NULL,
            replays int NOT NULL,
            claim varchar(64),
            claimed_until datetimeoffset(7),
            node int,                          -- whose dispatcher holds it; null: a mailbox's claim, or not claimed
            lane nvarchar(300) COLLATE Latin1_General_100_BIN2,
            lane_place bigint NOT NULL,
            holds_lane bit NOT NULL,
            blocks bit NOT NULL,               -- those behind it in its lane wait
            behind bit NOT NULL DEFAULT 0,     -- it stands behind another in its lane; written under the lock of the lane only
            last_problem nvarchar(100),
            last_detail nvarchar(max),
            delivered_at datetimeoffset(7),
            status nvarchar(100),
            reason nvarchar(max),
            outcome nvarchar(100),
            asserted_by nvarchar(100),
            answers int NOT NULL,
            answer varbinary(32),
            changed datetimeoffset(7) NOT NULL
        );
        CREATE UNIQUE INDEX delivery_message ON hub.delivery (message, recipient);
        CREATE INDEX delivery_recipient ON hub.delivery (recipient, accepted, message, id);
        CREATE INDEX delivery_state ON hub.delivery (state, accepted, message, id);
        -- Claims take the front of this one. It covers nothing: who skips locked rows must meet the row itself.
        CREATE INDEX delivery_ready ON hub.delivery (recipient, rank, id) WHERE ready = 1 AND behind = 0;
        -- What is not due yet stands aside, so that no claim steps over it; so does what stands behind another in its lane.
        CREATE INDEX delivery_waiting ON hub.delivery (recipient, wake) WHERE ready = 0 AND behind = 0;
        -- Of those, what is queued: claims in their thousands, which end before their time, are not in it.
        CREATE INDEX delivery_due ON hub.delivery (recipient, due) WHERE state = 0 AND ready = 0 AND behind = 0;
        CREATE INDEX delivery_unfinished ON hub.delivery (recipient, id) WHERE ready IS NOT NULL;
        CREATE INDEX delivery_lane ON hub.delivery (recipient, lane, lane_place, id) INCLUDE (behind) WHERE blocks = 1;
        CREATE INDEX delivery_front ON hub.delivery (recipient, lane) WHERE blocks = 1 AND behind = 0;
        CREATE INDEX delivery_expiring ON hub.delivery (expires, id) INCLUDE (state, claimed_until) WHERE ready IS NOT NULL AND expires IS NOT NULL;
        CREATE INDEX delivery_node ON hub.delivery (node, id) WHERE node IS NOT NULL;

        -- Counting a million rows for every scrape of the metrics would be a scan. State -1 counts accepted messages. A node
        -- writes its own rows only, so that no two wait for each other.
        CREATE TABLE hub.delivery_count (node int NOT NULL, state smallint NOT NULL, count bigint NOT NULL, PRIMARY KEY (node, state));
        """;
}
