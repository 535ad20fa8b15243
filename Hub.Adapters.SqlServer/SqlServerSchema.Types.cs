namespace Hub.Adapters.SqlServer;

internal static partial class SqlServerSchema
{
    /// <summary>What single columns of values travel as.</summary>
    private const string Lists = """
        CREATE TYPE hub.key_list AS TABLE (value varbinary(32) NOT NULL);
        CREATE TYPE hub.text_list AS TABLE (value nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL);
        CREATE TYPE hub.id_list AS TABLE (value bigint NOT NULL);
        """;

    /// <summary>What the rows of a group travel as, column by column those of the relational core's row sets. A type cannot be altered:
    /// a set that gains a column gets a type of another name. What is
    /// compared has the collation of what it is compared with.</summary>
    private const string Rows = """
        CREATE TYPE hub.hub_keys AS TABLE ([key] varbinary(max) NOT NULL, num bigint NOT NULL);
        CREATE TYPE hub.hub_messages AS TABLE (
            num bigint NOT NULL, [key] varbinary(max) NOT NULL, id nvarchar(max) NOT NULL, sender nvarchar(max) NOT NULL, type nvarchar(max) NOT NULL,
            encoding smallint NOT NULL, size bigint NOT NULL, sha256 varbinary(max) NOT NULL, content_digest varbinary(max) NOT NULL,
            assurance nvarchar(max) NOT NULL, created datetimeoffset(7) NOT NULL, accepted datetimeoffset(7) NOT NULL, not_before datetimeoffset(7),
            expires datetimeoffset(7), priority smallint NOT NULL, conversation nvarchar(max), sequence bigint, in_reply_to varbinary(max),
            subject nvarchar(max), uploads varbinary(max), entry bigint NOT NULL, erased datetimeoffset(7), waited_until datetimeoffset(7)
        );
        CREATE TYPE hub.hub_bodies AS TABLE (num bigint NOT NULL, data_key varbinary(max) NOT NULL, octets varbinary(max) NOT NULL);
        CREATE TYPE hub.hub_message_uploads AS TABLE (sender nvarchar(max) NOT NULL, sha256 varbinary(max) NOT NULL, message bigint NOT NULL);
        CREATE TYPE hub.hub_new_deliveries AS TABLE (
            id bigint NOT NULL, message bigint NOT NULL, [key] varbinary(max) NOT NULL, accepted datetimeoffset(7) NOT NULL, rank smallint NOT NULL,
            protocol bit NOT NULL, expires datetimeoffset(7), recipient nvarchar(max) NOT NULL,
            role smallint NOT NULL, why nvarchar(max) NOT NULL, since datetimeoffset(7), state smallint NOT NULL, ready bit, wake datetimeoffset(7),
            due datetimeoffset(7) NOT NULL, attempts int NOT NULL, interruptions int NOT NULL, replays int NOT NULL, claim nvarchar(max),
            claimed_until datetimeoffset(7), node int, lane nvarchar(max), lane_place bigint NOT NULL, holds_lane bit NOT NULL, blocks bit NOT NULL,
            last_problem nvarchar(max), last_detail nvarchar(max), delivered_at datetimeoffset(7), status nvarchar(max), reason nvarchar(max),
            outcome nvarchar(max), asserted_by nvarchar(max), answers int NOT NULL, answer varbinary(max), changed datetimeoffset(7) NOT NULL
        );
        CREATE TYPE hub.hub_deliveries AS TABLE (
            id bigint NOT NULL, rev int NOT NULL,
            role smallint NOT NULL, why nvarchar(max) NOT NULL, since datetimeoffset(7), state smallint NOT NULL, ready bit, wake datetimeoffset(7),
            due datetimeoffset(7) NOT NULL, attempts int NOT NULL, interruptions int NOT NULL, replays int NOT NULL, claim nvarchar(max),
            claimed_until datetimeoffset(7), node int, lane nvarchar(max), lane_place bigint NOT NULL, holds_lane bit NOT NULL, blocks bit NOT NULL,
            last_problem nvarchar(max), last_detail nvarchar(max), delivered_at datetimeoffset(7), status nvarchar(max), reason nvarchar(max),
            outcome nvarchar(max), asserted_by nvarchar(max), answers int NOT NULL, answer varbinary(max), changed datetimeoffset(7) NOT NULL
        );
        CREATE TYPE hub.hub_lanes AS TABLE (place int NOT NULL, recipient nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, lane nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL);
        CREATE TYPE hub.hub_counts AS TABLE (state smallint NOT NULL, count bigint NOT NULL);
        CREATE TYPE hub.hub_entries AS TABLE (
            idx bigint NOT NULL, message bigint, [key] varbinary(max), header varbinary(max) NOT NULL, salt varbinary(max), body varbinary(max)
        );
        CREATE TYPE hub.hub_tiles AS TABLE (level int NOT NULL, idx bigint NOT NULL, hashes varbinary(max) NOT NULL);
        CREATE TYPE hub.hub_registry_objects AS TABLE (section nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, id nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, json nvarchar(max));
        CREATE TYPE hub.hub_app_state AS TABLE (app nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, [key] nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL, value varbinary(max));
        """;
}
