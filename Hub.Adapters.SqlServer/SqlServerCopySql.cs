using Hub.Adapters.Stores.Copying;

namespace Hub.Adapters.SqlServer;

/// <summary>A copy's texts for SQL Server. Messages of before lie in the partition below the first month.</summary>
internal static class SqlServerCopySql
{
    internal const string IsCopying = "SELECT CONVERT(bit, CASE WHEN OBJECT_ID(N'hub.hub_copy') IS NULL THEN 0 ELSE 1 END);";

    internal static CopySql Texts { get; } = new()
    {
        IsBegun = IsCopying,
        HoldsHub = """
            SELECT CONVERT(bit, CASE WHEN EXISTS (SELECT 1 FROM hub.entry) OR EXISTS (SELECT 1 FROM hub.message) OR EXISTS (SELECT 1 FROM hub.log_head h WHERE h.size > 0) THEN 1 ELSE 0 END);
            """,
        Begin = """
            IF OBJECT_ID(N'hub.hub_copy') IS NULL
                CREATE TABLE hub.hub_copy (name nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY, [last] bigint NOT NULL, [rows] bigint NOT NULL, note nvarchar(max));
            """,
        NoteSource = "INSERT INTO hub.hub_copy (name, [last], [rows], note) SELECT N'source', 0, 0, @note WHERE NOT EXISTS (SELECT 1 FROM hub.hub_copy WHERE name = N'source');",
        Source = "SELECT note FROM hub.hub_copy WHERE name = N'source';",
        Stands = "SELECT [last], [rows] FROM hub.hub_copy WHERE name = @name;",
        Note = """
            UPDATE hub.hub_copy SET [last] = @last, [rows] = @rows WHERE name = @name;
            IF @@ROWCOUNT = 0 INSERT INTO hub.hub_copy (name, [last], [rows]) VALUES (@name, @last, @rows);
            """,
        OpenLog = "UPDATE hub.log_head SET size = @size, note = @note, time = @time;",
        End = """
            INSERT INTO hub.delivery_count (node, state, count) SELECT 0, d.state, COUNT_BIG(*) FROM hub.delivery d GROUP BY d.state;
            INSERT INTO hub.delivery_count (node, state, count) SELECT 0, -1, COUNT_BIG(*) FROM hub.message;
            DBCC CHECKIDENT (N'hub.registry_object', RESEED) WITH NO_INFOMSGS;
            DROP TABLE hub.hub_copy;
            """,
        Analyze = "EXEC sys.sp_updatestats;",
        Count = static table => $"SELECT COUNT_BIG(*) FROM hub.[{table}];",
        Bodies = """
            SELECT m.[key], m.sha256, b.data_key, b.octets FROM hub.message m LEFT JOIN hub.body b ON b.num = m.num
            WHERE m.erased IS NULL AND m.num % @apart = 0 ORDER BY m.num;
            """,
        Newest = "SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC;",
        Entries = "SELECT e.idx, e.header FROM hub.entry e ORDER BY e.idx;",
        Tiles = "SELECT t.level, t.idx, t.hashes FROM hub.tile t ORDER BY t.level, t.idx;",
        Tile = SqlServerCheckSql.Tile,
    };
}
