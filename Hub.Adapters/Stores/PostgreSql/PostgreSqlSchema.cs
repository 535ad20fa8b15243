namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The schema, one text per version; a fresh database gets them all, in order. A text that was ever released is never edited.</summary>
/// <remarks>Expand and contract: a version only adds what the programs before it can leave alone, until no such program may run any more
/// (<see cref="PostgreSqlMigration.OldestProgram"/>); only then may another take away.</remarks>
internal static class PostgreSqlSchema
{
    /// <summary>Every version, in order.</summary>
    internal static readonly PostgreSqlMigration[] Migrations =
    [
        new(1, OldestProgram: 1, Log + Messages + Deliveries + Registry + Uploads + Nodes + Functions),
        new(2, OldestProgram: 1, Vacuum),
        new(3, OldestProgram: 1, Dead),
    ];

    /// <summary>Every delivery leaves dead entries at the front of the indexes that claims walk. A fifth of a table that grows for ever is too
    /// long to wait for.</summary>
    private const string Vacuum = "ALTER TABLE delivery SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000);";

    /// <summary>Dead deliveries by system and reason.</summary>
    private const string Dead = "CREATE INDEX delivery_dead ON delivery (recipient, last_problem, changed) WHERE state = 4;";

    /// <summary>The seat, entries, tiles, checkpoints. The seat's row is rewritten by every group: it keeps its page to itself.</summary>
    private const string Log = """
        CREATE TABLE log_head (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            size bigint NOT NULL,
            note text,                        -- the signed checkpoint of that size
            time timestamptz,                 -- of the last entry
            node integer,                     -- whose group wrote it
            term bigint NOT NULL              -- grows with every change of node
        ) WITH (fillfactor = 10);
        INSERT INTO log_head (size, term) VALUES (0, 0);

        CREATE TABLE entry (
            idx bigint PRIMARY KEY,
            message bigint,
            key bytea,                        -- only when the store holds no such message
            header bytea NOT NULL,
            salt bytea,
            body bytea
        );
        CREATE INDEX entry_message ON entry (message) WHERE message IS NOT NULL;
        CREATE INDEX entry_key ON entry (key) WHERE key IS NOT NULL;

        CREATE TABLE tile (level integer NOT NULL, idx bigint NOT NULL, hashes bytea NOT NULL, PRIMARY KEY (level, idx));
        ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
        CREATE TABLE checkpoint (size bigint PRIMARY KEY, note text NOT NULL);

        """;

    /// <summary>Messages and bodies lie in one partition a month of acceptance, which their numbers begin with
    /// (<see cref="Relational.WriteSql.TakeIds"/>). That a key is unique, for ever, is the word of <c>message_key</c>.</summary>
    private const string Messages = """
        CREATE SEQUENCE id_block;

        CREATE TABLE message_key (key bytea PRIMARY KEY, num bigint NOT NULL);

        CREATE TABLE message (
            num bigint PRIMARY KEY,           -- grows with acceptance, with gaps
            key bytea NOT NULL,
            id text NOT NULL,
            sender text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            encoding smallint NOT NULL,
            size bigint NOT NULL,
            sha256 bytea NOT NULL,
            content_digest bytea NOT NULL,
            assurance text NOT NULL,
            created timestamptz NOT NULL,
            accepted timestamptz NOT NULL,
            not_before timestamptz,
            expires timestamptz,
            priority smallint NOT NULL,
            conversation text COLLATE "C",
            sequence bigint,
            in_reply_to bytea,
            subject text,
            uploads bytea,                    -- 32 bytes each
            entry bigint NOT NULL,
            erased timestamptz,
            waited_until timestamptz          -- the sender waits for the reply; null: he does not, or it has come
        ) PARTITION BY RANGE (num);
        CREATE INDEX message_accepted ON message (accepted, num);
        CREATE INDEX message_sender ON message (sender, accepted, num);
        CREATE INDEX message_type ON message (type, accepted, num);
        CREATE INDEX message_conversation ON message (conversation, accepted, num) WHERE conversation IS NOT NULL;
        CREATE INDEX message_reply ON message (in_reply_to) WHERE in_reply_to IS NOT NULL;

        -- Sealed: compressing it would be in vain. Octets of up to 4 KB stay in the row: looked for and written once, not as chunks.
        CREATE TABLE body (num bigint PRIMARY KEY, data_key bytea NOT NULL, octets bytea NOT NULL) PARTITION BY RANGE (num);
        ALTER TABLE body ALTER COLUMN octets SET STORAGE EXTERNAL;

        CREATE TABLE message_rest PARTITION OF message DEFAULT;
        CREATE TABLE body_rest PARTITION OF body DEFAULT WITH (toast_tuple_target = 4080);

        CREATE TABLE message_upload (
            sender text COLLATE "C" NOT NULL,
            sha256 bytea NOT NULL,
            message bigint NOT NULL,
            erased boolean NOT NULL DEFAULT false, -- the message was erased, and the content is to go
            PRIMARY KEY (sender, sha256, message)
        );
        CREATE INDEX message_upload_erased ON message_upload (sender, sha256) WHERE erased;

        """;

    /// <summary>Deliveries. <c>rev</c> grows with every change: who writes states the one it read.</summary>
    private const string Deliveries = """
        CREATE TABLE delivery (
            id bigint PRIMARY KEY,
            message bigint NOT NULL,
            key bytea NOT NULL,               -- the message's
            accepted timestamptz NOT NULL,    -- the message's
            rank smallint NOT NULL,           -- 4 - the message's priority: the most urgent first
            protocol boolean NOT NULL,        -- whether the message is of the hub's own protocol
            expires timestamptz,              -- the message's
            rev integer NOT NULL,
            recipient text COLLATE "C" NOT NULL,
            role smallint NOT NULL,
            why text NOT NULL,
            since timestamptz,                -- when it was made, for one made after its message; null: with it
            state smallint NOT NULL,
            ready boolean,                    -- true: may be claimed; false: waits until wake; null: settled
            wake timestamptz,                 -- due while queued, end of the claim while claimed
            due timestamptz NOT NULL,
            attempts integer NOT NULL,
            interruptions integer NOT NULL,
            replays integer NOT NULL,
            claim text,
            claimed_until timestamptz,
            node integer,                     -- whose dispatcher holds it; null: a mailbox's claim, or not claimed
            lane text COLLATE "C",
            lane_place bigint NOT NULL,
            holds_lane boolean NOT NULL,
            blocks boolean NOT NULL,          -- those behind it in its lane wait
            behind boolean NOT NULL DEFAULT false, -- it stands behind another in its lane; written under the lock of the lane only
            last_problem text,
            last_detail text,
            delivered_at timestamptz,
            status text,
            reason text,
            outcome text,
            asserted_by text,
            answers integer NOT NULL,
            answer bytea,
            changed timestamptz NOT NULL
        ) WITH (fillfactor = 90);
        CREATE UNIQUE INDEX delivery_message ON delivery (message, recipient);
        CREATE INDEX delivery_recipient ON delivery (recipient, accepted, message, id);
        -- Nearly all end as delivered or acknowledged: those are found by their messages.
        CREATE INDEX delivery_state ON delivery (state, accepted, message, id) WHERE state NOT IN (2, 3);
        -- Claims take the front of this one.
        CREATE INDEX delivery_ready ON delivery (recipient, rank, id) WHERE ready AND NOT behind;
        -- What is not due yet stands aside, so that no claim steps over it; so does what stands behind another in its lane.
        CREATE INDEX delivery_waiting ON delivery (recipient, wake) WHERE NOT ready AND NOT behind;
        -- Of those, what is queued: claims in their thousands, which end before their time, are not in it.
        CREATE INDEX delivery_due ON delivery (recipient, due) WHERE state = 0 AND NOT ready AND NOT behind;
        CREATE INDEX delivery_behind ON delivery (recipient, id) WHERE ready IS NOT NULL AND behind;
        CREATE INDEX delivery_lane ON delivery (recipient, lane, lane_place, id) WHERE blocks;
        CREATE INDEX delivery_front ON delivery (recipient, lane) WHERE blocks AND NOT behind;
        CREATE INDEX delivery_expiring ON delivery (expires, id) WHERE ready IS NOT NULL AND expires IS NOT NULL;
        CREATE INDEX delivery_node ON delivery (node, id) WHERE node IS NOT NULL;

        -- Counting a million rows for every scrape of the metrics would be a scan. State -1 counts accepted messages. A node
        -- writes its own rows only, so that no two wait for each other.
        CREATE TABLE delivery_count (node integer NOT NULL, state smallint NOT NULL, count bigint NOT NULL, PRIMARY KEY (node, state)) WITH (fillfactor = 50);

        """;

    private const string Registry = """
        -- The registry of a hub from before objects were kept one by one.
        CREATE TABLE registry (version bigint PRIMARY KEY, document text NOT NULL);

        CREATE TABLE registry_version (
            version bigint PRIMARY KEY,
            time timestamptz NOT NULL,
            actor text NOT NULL,
            approved_by text,
            reason text,
            entry bigint NOT NULL
        );

        CREATE TABLE registry_object (
            num bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- grows with the version
            version bigint NOT NULL,          -- which wrote it
            until bigint,                     -- which replaced it; null: in force
            section text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            json text                         -- null: removed
        );
        CREATE UNIQUE INDEX registry_object_id ON registry_object (section, id, version);
        CREATE INDEX registry_object_version ON registry_object (version, num);
        CREATE INDEX registry_object_current ON registry_object (num) WHERE until IS NULL AND json IS NOT NULL;

        CREATE TABLE proposal (
            id text COLLATE "C" PRIMARY KEY,  -- grows with time
            kind text NOT NULL,
            state text COLLATE "C" NOT NULL,
            created timestamptz NOT NULL,
            json text NOT NULL,
            rev integer NOT NULL
        );
        CREATE INDEX proposal_state ON proposal (state, id);

        CREATE TABLE app_state (app text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, value bytea NOT NULL, PRIMARY KEY (app, key));

        -- Client assertions that were used, so that no node takes one again.
        CREATE TABLE assertion_use (name text COLLATE "C" PRIMARY KEY, until timestamptz NOT NULL);
        CREATE INDEX assertion_use_until ON assertion_use (until);

        """;

    private const string Uploads = """
        CREATE TABLE upload (
            owner text COLLATE "C" NOT NULL,
            sha256 bytea NOT NULL,
            num bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            size bigint NOT NULL,
            received bigint NOT NULL,
            data_key bytea NOT NULL,          -- wrapped
            touched timestamptz NOT NULL,
            completed timestamptz,            -- null: not all of it is there
            kept boolean NOT NULL DEFAULT false, -- a message names it
            PRIMARY KEY (owner, sha256)
        );
        CREATE INDEX upload_unnamed ON upload (completed) WHERE completed IS NOT NULL AND NOT kept;
        CREATE INDEX upload_unfinished ON upload (touched) WHERE completed IS NULL;
        -- What counts against an owner's allowance.
        CREATE INDEX upload_owner ON upload (owner) WHERE NOT kept;

        CREATE TABLE upload_chunk (upload bigint NOT NULL, place integer NOT NULL, octets bytea NOT NULL, PRIMARY KEY (upload, place));
        ALTER TABLE upload_chunk ALTER COLUMN octets SET STORAGE EXTERNAL;

        """;

    private const string Nodes = """
        CREATE TABLE node (
            number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            incarnation bigint NOT NULL,      -- grows with every join
            url text,
            version text NOT NULL,
            joined timestamptz NOT NULL,
            until timestamptz NOT NULL,       -- end of the lease
            released boolean NOT NULL         -- its lease ended, and its claims were released since
        ) WITH (fillfactor = 50);

        CREATE TABLE duty (
            name text COLLATE "C" PRIMARY KEY,
            node integer NOT NULL,
            term bigint NOT NULL,             -- grows with every new holder
            since timestamptz NOT NULL,
            until timestamptz NOT NULL
        ) WITH (fillfactor = 50);

        """;

    private const string Functions = """
        -- The last word before a commit: the transaction is lost unless the node's lease still runs. The lock makes whoever takes
        -- over a node (SELECT ... FOR UPDATE) wait for the commits that were quicker.
        CREATE FUNCTION hub_fence(number_ integer, incarnation_ bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM node WHERE number = number_ AND incarnation = incarnation_ AND until > clock_timestamp() FOR KEY SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the lease of node % in its incarnation % has ended', number_, incarnation_ USING ERRCODE = 'HUB01';
            END IF;
        END $$;

        CREATE FUNCTION hub_require_duty(name_ text, number_ integer, term_ bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM duty WHERE name = name_ AND node = number_ AND term = term_ AND until > clock_timestamp() FOR KEY SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'node % no longer holds the duty % in term %', number_, name_, term_ USING ERRCODE = 'HUB02';
            END IF;
        END $$;

        -- A message by its number. As a join it would open every partition each time, though most look-ups by key find nothing.
        CREATE FUNCTION hub_message(num_ bigint) RETURNS SETOF message LANGUAGE plpgsql STABLE ROWS 1 AS $$
        BEGIN
            RETURN QUERY SELECT * FROM message m WHERE m.num = num_;
        END $$;

        -- Makes the partitions of this month and the next three; those that are there stay.
        CREATE FUNCTION hub_ensure_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            first date := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date;
            month date;
            num bigint;
            made integer := 0;
            parent text;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('hub_ensure_partitions', 0));
            FOR i IN 0..3 LOOP
                month := (first + make_interval(months => i))::date;
                num := (extract(year FROM month)::bigint - 2020) * 12 + extract(month FROM month)::bigint - 1;
                FOREACH parent IN ARRAY ARRAY['message', 'body'] LOOP
                    IF to_regclass(format('%I', parent || to_char(month, '_YYYYMM'))) IS NULL THEN
                        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s) %s', parent || to_char(month, '_YYYYMM'), parent, num << 43, (num + 1) << 43,
                            CASE parent WHEN 'body' THEN 'WITH (toast_tuple_target = 4080)' END);
                        made := made + 1;
                    END IF;
                END LOOP;
            END LOOP;
            RETURN made;
        END $$;
        DO $$ BEGIN EXECUTE format('ALTER FUNCTION hub_ensure_partitions() SET search_path = %I, pg_temp', current_schema()); END $$;
        SELECT hub_ensure_partitions();
        """;
}
