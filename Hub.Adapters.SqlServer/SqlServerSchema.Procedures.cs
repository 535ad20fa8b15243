namespace Hub.Adapters.SqlServer;

internal static partial class SqlServerSchema
{
    /// <summary>The last word before a commit: the transaction is lost unless the node's lease still runs. The lock makes whoever takes
    /// over a node wait for the commits that were quicker.</summary>
    private const string Fence = """
        CREATE PROCEDURE hub.fence @node int, @incarnation bigint AS
        BEGIN
            SET NOCOUNT ON;
            DECLARE @message nvarchar(200);
            IF NOT EXISTS (
                SELECT 1 FROM hub.node WITH (REPEATABLEREAD, ROWLOCK) WHERE number = @node AND incarnation = @incarnation AND until > SYSDATETIMEOFFSET())
            BEGIN
                SET @message = CONCAT(N'the lease of node ', @node, N' in its incarnation ', @incarnation, N' has ended');
                THROW 51001, @message, 1;
            END;
            SELECT 1 AS held;
        END;
        """;

    private const string RequireDuty = """
        CREATE PROCEDURE hub.require_duty @duty nvarchar(100), @node int, @term bigint AS
        BEGIN
            SET NOCOUNT ON;
            DECLARE @message nvarchar(300);
            IF NOT EXISTS (
                SELECT 1 FROM hub.duty WITH (REPEATABLEREAD, ROWLOCK) WHERE name = @duty AND node = @node AND term = @term AND until > SYSDATETIMEOFFSET())
            BEGIN
                SET @message = CONCAT(N'node ', @node, N' no longer holds the duty ', @duty, N' in term ', @term);
                THROW 51002, @message, 1;
            END;
            SELECT 1 AS held;
        END;
        """;

    /// <summary>Holds an app's state until the transaction ends.</summary>
    private const string LockApp = """
        CREATE PROCEDURE hub.lock_app @app nvarchar(200), @patience int AS
        BEGIN
            SET NOCOUNT ON;
            DECLARE @resource nvarchar(255) = CONCAT(N'hub app ', @app), @result int;
            EXEC @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = @patience;
            IF @result < 0 THROW 51003, N'the state of the app is held by another node', 1;
            SELECT 1 AS held;
        END;
        """;

    /// <summary>Holds a lane until the transaction ends. The name of a lock is shorter than a lane's may be.</summary>
    private const string LockLane = """
        CREATE PROCEDURE hub.lock_lane @recipient nvarchar(200), @lane nvarchar(300), @patience int AS
        BEGIN
            SET NOCOUNT ON;
            DECLARE @resource nvarchar(255) = CONCAT(N'hub lane ', CONVERT(nvarchar(64), HASHBYTES('SHA2_256', CONCAT(@recipient, N' ', @lane)), 2)), @result int;
            EXEC @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = @patience;
            IF @result < 0 THROW 51003, N'the lane is held by another node', 1;
        END;
        """;

    /// <summary>Makes the partitions of this month and the next three; those that are there stay.</summary>
    private const string EnsurePartitions = """
        CREATE PROCEDURE hub.ensure_partitions WITH EXECUTE AS OWNER AS
        BEGIN
            SET NOCOUNT ON;
            DECLARE @month bigint = DATEDIFF(month, '20200101', SYSUTCDATETIME()), @i int = 0, @made int = 0, @bound bigint;
            WHILE @i <= 4
            BEGIN
                SET @bound = (@month + @i) * 8796093022208;
                IF NOT EXISTS (
                    SELECT 1 FROM sys.partition_functions f JOIN sys.partition_range_values v ON v.function_id = f.function_id
                    WHERE f.name = N'hub_month' AND CONVERT(bigint, v.value) = @bound)
                BEGIN
                    ALTER PARTITION SCHEME hub_months NEXT USED [PRIMARY];
                    ALTER PARTITION FUNCTION hub_month () SPLIT RANGE (@bound);
                    SET @made += 1;
                END;
                SET @i += 1;
            END;
            SELECT @made AS made;
        END;
        """;
}
