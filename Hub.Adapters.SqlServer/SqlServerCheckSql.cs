namespace Hub.Adapters.SqlServer;

/// <summary>What <see cref="SqlServerCheck"/> asks.</summary>
internal static class SqlServerCheckSql
{
    internal const string Server = """
        SELECT CONVERT(nvarchar(100), SERVERPROPERTY('ProductVersion')), CONVERT(int, SERVERPROPERTY('ProductMajorVersion')), SYSDATETIMEOFFSET(),
            CONVERT(nvarchar(20), DATABASEPROPERTYEX(DB_NAME(), 'Updateability')), CONVERT(nvarchar(40), CONNECTIONPROPERTY('protocol_type')), d.delayed_durability_desc
        FROM sys.databases d WHERE d.database_id = DB_ID();
        """;

    /// <summary>Whether the user could do what a node must never do: the schema, the log; and whether it can do what a node must do.</summary>
    internal const string Rights = """
        SELECT CONVERT(bit, CASE WHEN IS_ROLEMEMBER('db_owner') = 1 OR IS_SRVROLEMEMBER('sysadmin') = 1 OR HAS_PERMS_BY_NAME(N'hub', 'SCHEMA', 'CONTROL') = 1 THEN 1 ELSE 0 END),
            CONVERT(bit, CASE WHEN HAS_PERMS_BY_NAME(N'hub.entry', 'OBJECT', 'DELETE') = 1 OR HAS_PERMS_BY_NAME(N'hub.entry', 'OBJECT', 'UPDATE', N'header', 'COLUMN') = 1
                OR HAS_PERMS_BY_NAME(N'hub.checkpoint', 'OBJECT', 'UPDATE') = 1 OR HAS_PERMS_BY_NAME(N'hub.checkpoint', 'OBJECT', 'DELETE') = 1 OR HAS_PERMS_BY_NAME(N'hub.tile', 'OBJECT', 'DELETE') = 1 THEN 1 ELSE 0 END),
            CONVERT(bit, CASE WHEN HAS_PERMS_BY_NAME(N'hub.message', 'OBJECT', 'INSERT') = 1 AND HAS_PERMS_BY_NAME(N'hub.entry', 'OBJECT', 'INSERT') = 1 AND HAS_PERMS_BY_NAME(N'hub.log_head', 'OBJECT', 'UPDATE') = 1
                AND HAS_PERMS_BY_NAME(N'hub.fence', 'OBJECT', 'EXECUTE') = 1 THEN 1 ELSE 0 END),
            CONVERT(bit, COALESCE(HAS_PERMS_BY_NAME(NULL, NULL, 'ALTER ANY CONNECTION'), 0) & COALESCE(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), 0));
        """;

    /// <summary>Months from this one on that have a partition of their own.</summary>
    internal const string Months = """
        SELECT COUNT(*) FROM sys.partition_functions f JOIN sys.partition_range_values v ON v.function_id = f.function_id
        WHERE f.name = N'hub_month' AND CONVERT(bigint, v.value) >= CONVERT(bigint, DATEDIFF(month, '20200101', SYSUTCDATETIME())) * 8796093022208;
        """;

    internal const string Ids = "SELECT CONVERT(bigint, s.current_value) FROM sys.sequences s WHERE s.object_id = OBJECT_ID(N'hub.id_block');";
    internal const string Nodes = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.until > SYSDATETIMEOFFSET() THEN 1 ELSE 0 END), 0) FROM hub.node n;";
    internal const string Head = "SELECT h.size, h.note, (SELECT TOP (1) c.note FROM hub.[checkpoint] c ORDER BY c.size DESC), (SELECT MAX(e.idx) + 1 FROM hub.entry e) FROM hub.log_head h;";
    internal const string Tile = "SELECT t.hashes FROM hub.tile t WHERE t.level = @level AND t.idx = @idx;";

    /// <summary>When the last entry was written, here: what a replica has not yet, it does not show.</summary>
    internal const string Time = "SELECT h.time FROM hub.log_head h;";
}
