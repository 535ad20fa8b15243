using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.SqlServer;

/// <summary>The nodes' texts in Transact-SQL.</summary>
internal static class SqlServerNodeSql
{
    private const string Now = "SYSDATETIMEOFFSET()";
    private const string End = "DATEADD(millisecond, CONVERT(int, @lease * 1000), SYSDATETIMEOFFSET())";

    internal static NodeSql Texts { get; } = new()
    {
        Introduce = $"""
            INSERT INTO hub.node (name, incarnation, version, joined, until, released)
            SELECT @name, 0, N'', {Now}, {Now}, 1 WHERE NOT EXISTS (SELECT 1 FROM hub.node n WITH (UPDLOCK, HOLDLOCK) WHERE n.name = @name);
            """,

        // Exclusive: it waits for hub.fence, which holds the row shared until its commit.
        HoldNode = "SELECT 1 FROM hub.node n WITH (XLOCK, HOLDLOCK, ROWLOCK) WHERE n.name = @name;",
        Join = $"""
            UPDATE hub.node SET incarnation = incarnation + 1, url = @url, version = @version, joined = {Now}, until = {End}, released = 0
            OUTPUT {SqlServerColumns.Of("inserted", NodeSql.NodeColumns)}, CONVERT(bit, 1) WHERE name = @name;
            """,
        EndDuties = $"UPDATE d SET until = {Now} FROM hub.duty d JOIN hub.node n ON n.number = d.node WHERE n.name = @name AND d.until > {Now};",
        Beat = $"""
            DECLARE @others bit = CASE WHEN EXISTS (SELECT 1 FROM hub.node o WHERE o.number <> @node AND o.until > {Now}) THEN 1 ELSE 0 END;
            UPDATE hub.node SET until = {End} WHERE number = @node AND incarnation = @incarnation AND until > {Now};
            IF @@ROWCOUNT = 1 SELECT {Now}, @others;
            """,
        GiveUp = $"UPDATE hub.duty SET until = {Now} WHERE node = @node AND until > {Now} AND name NOT IN (SELECT w.value FROM @duties w);",
        Renew = $"UPDATE hub.duty SET until = {End} WHERE node = @node AND until > {Now};",
        Take = $"""
            UPDATE d SET node = @node, term = d.term + 1, since = {Now}, until = {End}
            FROM hub.duty d WITH (UPDLOCK, READPAST, ROWLOCK) JOIN @duties w ON w.value = d.name WHERE d.until <= {Now};
            """,
        TakeNew = $"""
            INSERT INTO hub.duty (name, node, term, since, until)
            SELECT w.value, @node, 1, {Now}, {End} FROM @duties w
            WHERE NOT EXISTS (SELECT 1 FROM hub.duty d WITH (UPDLOCK, HOLDLOCK) WHERE d.name = w.value) ORDER BY w.value;
            """,
        Held = $"SELECT d.name, d.term FROM hub.duty d WHERE d.node = @node AND d.until > {Now};",
        Dead = $"""
            SELECT n.number FROM hub.node n WHERE n.number <> @node AND n.until <= {Now} AND EXISTS (SELECT 1 FROM hub.delivery d WHERE d.node = n.number)
            ORDER BY n.number;
            """,
        Leave = $"UPDATE hub.node SET until = {Now} WHERE number = @node AND incarnation = @incarnation AND until > {Now};",
        List = $"SELECT {NodeSql.NodeColumns}, CONVERT(bit, CASE WHEN until > {Now} THEN 1 ELSE 0 END) FROM hub.node ORDER BY number;",
        ListDuties = $"SELECT name, node, term, since, until, CONVERT(bit, CASE WHEN until > {Now} THEN 1 ELSE 0 END) FROM hub.duty ORDER BY name;",
        Seat = "SELECT size, node, term FROM hub.log_head;",
        MakeRoom = "EXEC hub.ensure_partitions;",
    };
}
