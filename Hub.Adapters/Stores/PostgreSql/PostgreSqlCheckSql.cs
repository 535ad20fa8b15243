namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>What <see cref="PostgreSqlCheck"/> asks.</summary>
internal static class PostgreSqlCheckSql
{
    internal const string Server = "SELECT current_setting('server_version'), current_setting('server_version_num')::int, clock_timestamp(), pg_is_in_recovery(), COALESCE((SELECT version || ' ' || cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), ''), current_setting('synchronous_commit'), current_setting('fsync')";

    /// <summary>Whether the role could do what a node must never do: the schema, other roles, the log.</summary>
    internal const string Rights = """
        SELECT r.rolsuper, r.rolcreaterole, has_schema_privilege(current_schema(), 'CREATE'),
               EXISTS (SELECT FROM pg_class c WHERE c.relname IN ('entry', 'checkpoint') AND c.relnamespace = current_schema()::regnamespace AND pg_has_role(c.relowner, 'USAGE')),
               has_table_privilege('entry', 'DELETE') OR has_column_privilege('entry', 'header', 'UPDATE') OR has_table_privilege('checkpoint', 'UPDATE') OR has_table_privilege('checkpoint', 'DELETE') OR has_table_privilege('tile', 'DELETE'),
               has_table_privilege('message', 'INSERT') AND has_table_privilege('entry', 'INSERT') AND has_table_privilege('tile', 'INSERT') AND has_table_privilege('log_head', 'UPDATE')
        FROM pg_roles r WHERE r.rolname = current_user
        """;

    /// <summary>Months from this one on, without a gap, that have a partition; and blocks of ids that were given.</summary>
    internal const string Room = """
        SELECT count(*)::int, (SELECT COALESCE(pg_sequence_last_value('id_block'), 0)) FROM generate_series(0, 11) i
        WHERE (SELECT bool_and(to_regclass('message_' || to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => j), 'YYYYMM')) IS NOT NULL) FROM generate_series(0, i) j)
        """;

    internal const string Nodes = "SELECT count(*)::int, count(*) FILTER (WHERE until > clock_timestamp())::int FROM node";
    internal const string Head = "SELECT h.size, h.note, (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1), (SELECT max(idx) + 1 FROM entry) FROM log_head h";
    internal const string Tile = "SELECT hashes FROM tile WHERE level = @level AND idx = @idx";
    internal const string Lag = "SELECT pg_is_in_recovery(), COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8, pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn()";
}
