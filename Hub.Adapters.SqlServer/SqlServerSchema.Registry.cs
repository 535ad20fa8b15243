namespace Hub.Adapters.SqlServer;

internal static partial class SqlServerSchema
{
    private const string Registry = """
        -- The registry of a hub from before objects were kept one by one.
        CREATE TABLE hub.registry (version bigint NOT NULL PRIMARY KEY, document nvarchar(max) NOT NULL);

        CREATE TABLE hub.registry_version (
            version bigint NOT NULL PRIMARY KEY,
            time datetimeoffset(7) NOT NULL,
            actor nvarchar(400) NOT NULL,
            approved_by nvarchar(400),
            reason nvarchar(max),
            entry bigint NOT NULL
        );

        CREATE TABLE hub.registry_object (
            num bigint IDENTITY NOT NULL PRIMARY KEY, -- grows with the version
            version bigint NOT NULL,           -- which wrote it
            until bigint,                      -- which replaced it; null: in force
            section nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
            id nvarchar(600) COLLATE Latin1_General_100_BIN2 NOT NULL,
            json nvarchar(max)                 -- null: removed
        );
        CREATE UNIQUE INDEX registry_object_id ON hub.registry_object (section, id, version);
        CREATE INDEX registry_object_version ON hub.registry_object (version, num);
        CREATE INDEX registry_object_current ON hub.registry_object (num) WHERE until IS NULL;

        CREATE TABLE hub.proposal (
            id nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, -- grows with time
            kind nvarchar(100) NOT NULL,
            state nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
            created datetimeoffset(7) NOT NULL,
            json nvarchar(max) NOT NULL,
            rev int NOT NULL
        );
        CREATE INDEX proposal_state ON hub.proposal (state, id);

        CREATE TABLE hub.app_state (
            app nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            [key] nvarchar(600) COLLATE Latin1_General_100_BIN2 NOT NULL,
            value varbinary(max) NOT NULL,
            CONSTRAINT app_state_key PRIMARY KEY NONCLUSTERED (app, [key])
        );

        -- Client assertions that were used, so that no node takes one again.
        CREATE TABLE hub.assertion_use (name nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, until datetimeoffset(7) NOT NULL);
        CREATE INDEX assertion_use_until ON hub.assertion_use (until);
        """;

    private const string Uploads = """
        CREATE TABLE hub.upload (
            owner nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
            sha256 varbinary(32) NOT NULL,
            num bigint IDENTITY NOT NULL UNIQUE,
            size bigint NOT NULL,
            received bigint NOT NULL,
            data_key varbinary(200) NOT NULL,  -- wrapped
            touched datetimeoffset(7) NOT NULL,
            completed datetimeoffset(7),       -- null: not all of it is there
            kept bit NOT NULL DEFAULT 0,       -- a message names it
            PRIMARY KEY (owner, sha256)
        );
        CREATE INDEX upload_unnamed ON hub.upload (completed) WHERE completed IS NOT NULL AND kept = 0;
        CREATE INDEX upload_owner ON hub.upload (owner) INCLUDE (size) WHERE kept = 0;
        CREATE INDEX upload_unfinished ON hub.upload (touched) WHERE completed IS NULL;

        CREATE TABLE hub.upload_chunk (upload bigint NOT NULL, place int NOT NULL, octets varbinary(max) NOT NULL, PRIMARY KEY (upload, place));
        """;

    private const string Nodes = """
        CREATE TABLE hub.node (
            number int IDENTITY NOT NULL PRIMARY KEY,
            name nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE,
            incarnation bigint NOT NULL,       -- grows with every join
            url nvarchar(2000),
            version nvarchar(100) NOT NULL,
            joined datetimeoffset(7) NOT NULL,
            until datetimeoffset(7) NOT NULL,  -- end of the lease
            released bit NOT NULL              -- its lease ended, and its claims were released since
        );

        CREATE TABLE hub.duty (
            name nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
            node int NOT NULL,
            term bigint NOT NULL,              -- grows with every new holder
            since datetimeoffset(7) NOT NULL,
            until datetimeoffset(7) NOT NULL
        );

        -- What nodes tell each other; there is nothing here that pushes, so they look.
        CREATE TABLE hub.wake (
            num bigint IDENTITY NOT NULL PRIMARY KEY,
            time datetimeoffset(7) NOT NULL DEFAULT SYSDATETIMEOFFSET(),
            payload nvarchar(max) NOT NULL
        );
        """;
}
