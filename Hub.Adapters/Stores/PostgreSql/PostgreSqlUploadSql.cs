using Hub.Adapters.Stores.Relational;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>The texts of the store of uploads in PostgreSQL.</summary>
internal static class PostgreSqlUploadSql
{
    internal static readonly UploadSql Texts = new()
    {
        LockOwner = "SELECT pg_advisory_xact_lock(hashtextextended('upload ' || $1, 0))",
        Find = "SELECT num, size, received, data_key, completed IS NOT NULL FROM upload WHERE owner = $1 AND sha256 = $2",
        Count = """
            SELECT count(*) FILTER (WHERE completed IS NULL)::integer, count(*) FILTER (WHERE completed IS NOT NULL)::integer, coalesce(sum(size), 0)::bigint
            FROM upload WHERE owner = $1 AND NOT kept
            """,
        Insert = "INSERT INTO upload (owner, sha256, size, data_key, touched, received) VALUES ($1, $2, $3, $4, $5, 0)",
        Relax = "SELECT set_config('synchronous_commit', 'off', true)",

        // One statement: the chunk is there if and only if this append was the first at its offset.
        Append = """
            WITH won AS (
                UPDATE upload SET received = $3, touched = $4 WHERE num = $1 AND received = $2 AND completed IS NULL RETURNING num
            )
            INSERT INTO upload_chunk (upload, place, octets) SELECT num, $5, $6 FROM won
            ON CONFLICT (upload, place) DO UPDATE SET octets = excluded.octets
            """,
        Complete = "UPDATE upload SET completed = coalesce(completed, $2) WHERE num = $1 AND received = size",
        ReadChunk = "SELECT octets FROM upload_chunk WHERE upload = $1 AND place = $2",
        Delete = "DELETE FROM upload WHERE num = $1",
        DeleteChunks = "DELETE FROM upload_chunk WHERE upload = $1",
        Abandoned = "SELECT num FROM upload WHERE completed IS NULL AND touched < $2 AND ($1::text IS NULL OR owner = $1)",
        DeleteAbandoned = "DELETE FROM upload WHERE num = $1 AND completed IS NULL AND touched < $2",
        Keep = "UPDATE upload SET kept = true WHERE owner = $1 AND sha256 = $2 AND NOT kept AND completed IS NOT NULL",
        Unnamed = "SELECT owner, sha256 FROM upload WHERE completed < $1 AND NOT kept",
    };
}
