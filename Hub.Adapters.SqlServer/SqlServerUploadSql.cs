using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.SqlServer;

/// <summary>The texts of the store of uploads in Transact-SQL.</summary>
internal static class SqlServerUploadSql
{
    internal static readonly UploadSql Texts = new()
    {
        LockOwner = """
            DECLARE @resource nvarchar(255) = CONCAT(N'hub upload ', @owner), @result int;
            EXEC @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 4000;
            IF @result < 0 THROW 51003, N'another upload of this owner begins', 1;
            """,
        Find = "SELECT u.num, u.size, u.received, u.data_key, CONVERT(bit, CASE WHEN u.completed IS NULL THEN 0 ELSE 1 END) FROM hub.upload u WHERE u.owner = @owner AND u.sha256 = @sha256;",
        Count = """
            SELECT COALESCE(SUM(CASE WHEN u.completed IS NULL THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN u.completed IS NULL THEN 0 ELSE 1 END), 0), COALESCE(SUM(u.size), 0)
            FROM hub.upload u WHERE u.owner = @owner AND u.kept = 0;
            """,
        Insert = "INSERT INTO hub.upload (owner, sha256, size, data_key, touched, received) VALUES (@owner, @sha256, @size, @data_key, @now, 0);",

        // Nothing to relax: every commit waits for the disk.
        Relax = "SELECT 1;",

        // The chunk is there if and only if this append was the first at its offset; only the chunk's row is counted.
        Append = """
            SET XACT_ABORT ON;
            SET NOCOUNT ON;
            BEGIN TRANSACTION;
            DECLARE @won int;
            UPDATE hub.upload SET received = @received, touched = @now WHERE num = @num AND received = @before AND completed IS NULL;
            SET @won = @@ROWCOUNT;
            IF @won = 1 DELETE FROM hub.upload_chunk WHERE upload = @num AND place = @place;
            SET NOCOUNT OFF;
            IF @won = 1 INSERT INTO hub.upload_chunk (upload, place, octets) VALUES (@num, @place, @octets);
            COMMIT TRANSACTION;
            """,
        Complete = "UPDATE hub.upload SET completed = COALESCE(completed, @now) WHERE num = @num AND received = size;",
        ReadChunk = "SELECT c.octets FROM hub.upload_chunk c WHERE c.upload = @num AND c.place = @place;",
        Delete = "DELETE FROM hub.upload WHERE num = @num;",
        DeleteChunks = "DELETE FROM hub.upload_chunk WHERE upload = @num;",
        Abandoned = "SELECT u.num FROM hub.upload u WHERE u.completed IS NULL AND u.touched < @before AND (@owner IS NULL OR u.owner = @owner);",
        DeleteAbandoned = "DELETE FROM hub.upload WHERE num = @num AND completed IS NULL AND touched < @before;",
        Keep = "UPDATE hub.upload SET kept = 1 WHERE owner = @owner AND sha256 = @sha256 AND kept = 0 AND completed IS NOT NULL;",
        Unnamed = "SELECT u.owner, u.sha256 FROM hub.upload u WHERE u.completed < @before AND u.kept = 0;",
    };
}
