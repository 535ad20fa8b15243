namespace Hub.Adapters.Stores.Sqlite;

// What a backup, its verification and its restoration read out of a snapshot.
internal static partial class SqliteSql
{
    /// <summary>A snapshot is one file: no write-ahead log beside it.</summary>
    internal const string OneFile = "PRAGMA journal_mode = DELETE";

    internal const string IntegrityCheck = "PRAGMA integrity_check(10)";
    internal const string NamedUploads = "SELECT DISTINCT n.text, u.sha256 FROM message_upload u JOIN name n ON n.id = u.sender WHERE u.erased = 0";
    internal const string AllEntries = "SELECT header, salt, body FROM entry ORDER BY idx";

    /// <summary>In the order in which they lie in the segment; message numbers and places grow together.</summary>
    internal const string BodiesOfSegment = "SELECT key, sha256, offset, length, body_key FROM message WHERE segment = ? ORDER BY num";

    internal const string Bodies = "SELECT count(*) FROM message WHERE body_key IS NOT NULL";
}
