using Hub.Adapters.Stores.Copying;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>A copy's texts for PostgreSQL.</summary>
internal static class PostgreSqlCopySql
{
    internal static CopySql Texts { get; } = new()
    {
        IsBegun = "SELECT to_regclass('hub_copy') IS NOT NULL",
        HoldsHub = "SELECT EXISTS (SELECT FROM entry) OR EXISTS (SELECT FROM message) OR (SELECT size FROM log_head) > 0",
        Begin = """
            CREATE TABLE IF NOT EXISTS hub_copy (name text PRIMARY KEY, last bigint NOT NULL, rows bigint NOT NULL, note text);
            CREATE TABLE IF NOT EXISTS message_moved PARTITION OF message FOR VALUES FROM (0) TO (8796093022208);
            CREATE TABLE IF NOT EXISTS body_moved PARTITION OF body FOR VALUES FROM (0) TO (8796093022208) WITH (toast_tuple_target = 4080);
            """,
        NoteSource = "INSERT INTO hub_copy VALUES ('source', 0, 0, @note) ON CONFLICT DO NOTHING",
        Source = "SELECT note FROM hub_copy WHERE name = 'source'",
        Stands = "SELECT last, rows FROM hub_copy WHERE name = @name",
        Note = "INSERT INTO hub_copy VALUES (@name, @last, @rows) ON CONFLICT (name) DO UPDATE SET last = excluded.last, rows = excluded.rows",
        OpenLog = "UPDATE log_head SET size = @size, note = @note, time = @time",
        // Nodes count for themselves from here on; what was there before is nobody's: node 0.
        End = """
            INSERT INTO delivery_count (node, state, count) SELECT 0, state, count(*) FROM delivery GROUP BY state;
            INSERT INTO delivery_count (node, state, count) SELECT 0, -1, count(*) FROM message;
            SELECT setval(pg_get_serial_sequence('registry_object', 'num'), GREATEST((SELECT max(num) FROM registry_object), 1));
            DROP TABLE hub_copy;
            """,
        Analyze = "ANALYZE",
        Count = static table => $"SELECT count(*) FROM {table}",
        Bodies = """
            SELECT m.key, m.sha256, b.data_key, b.octets FROM message m LEFT JOIN body b ON b.num = m.num
            WHERE m.erased IS NULL AND m.num % @apart = 0 ORDER BY m.num
            """,
        Newest = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1",
        Entries = "SELECT idx, header FROM entry ORDER BY idx",
        Tiles = "SELECT level, idx, hashes FROM tile ORDER BY level, idx",
        Tile = PostgreSqlCheckSql.Tile,
    };
}
