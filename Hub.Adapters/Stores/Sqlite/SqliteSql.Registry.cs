namespace Hub.Adapters.Stores.Sqlite;

internal static partial class SqliteSql
{
    internal const string NewestRegistryVersion = "SELECT max(version) FROM registry_version";
    internal const string HasRegistryVersion = "SELECT 1 FROM registry_version WHERE version = ?";

    // By version, not by time: a clock that was set back must not hide the later version.
    internal const string RegistryVersionAt = "SELECT version FROM registry_version NOT INDEXED WHERE time <= ? ORDER BY version DESC LIMIT 1";

    internal const string RegistryVersions = "SELECT version, time, actor, approved_by, reason, entry FROM registry_version WHERE version > ? ORDER BY version LIMIT ?";
    internal const string InsertRegistryVersion = "INSERT INTO registry_version (version, time, actor, approved_by, reason, entry) VALUES (?, ?, ?, ?, ?, ?)";

    // The newest row of an object is the one that nothing replaced.
    internal const string ReplaceRegistryObject = """
        UPDATE registry_object SET until = ?1
        WHERE num = (SELECT num FROM registry_object INDEXED BY registry_object_id WHERE section = ?2 AND id = ?3 ORDER BY version DESC LIMIT 1)
        """;

    internal const string InsertRegistryObject = "INSERT INTO registry_object (version, until, section, id, json) VALUES (?, NULL, ?, ?, ?)";
    internal const string CurrentRegistryObjects = "SELECT section, id, json FROM registry_object INDEXED BY registry_object_current WHERE until IS NULL AND json IS NOT NULL";
    internal const string PastRegistryObjects = "SELECT section, id, json FROM registry_object NOT INDEXED WHERE version <= ?1 AND (until IS NULL OR until > ?1) AND json IS NOT NULL";
    internal const string RegistryObjectsOfVersion = "SELECT section, id, json FROM registry_object INDEXED BY registry_object_version WHERE version = ? ORDER BY num";

    internal const string RegistryHistory = """
        SELECT section, id, json, version, time, actor, approved_by, reason, entry
        FROM registry_object JOIN registry_version USING (version)
        WHERE section = ? AND id = ? AND version <= ? ORDER BY version DESC LIMIT ?
        """;

    /// <summary>?1 and ?2 the bounds of the ids, ?3 the version.</summary>
    internal const string KeyHistory = "SELECT section, id, json FROM registry_object WHERE section = 'keys' AND id > ?1 AND id < ?2 AND version > ?3 AND json IS NOT NULL ORDER BY version";

    internal const string FindProposal = "SELECT id, kind, state, created, json FROM proposal WHERE id = ?";
    internal const string Proposals = "SELECT id, kind, state, created, json FROM proposal WHERE id < ?2 AND ?1 IS NULL ORDER BY id DESC";
    internal const string ProposalsInState = "SELECT id, kind, state, created, json FROM proposal INDEXED BY proposal_state WHERE state = ?1 AND id < ?2 ORDER BY id DESC";

    internal const string WriteProposal = """
        INSERT INTO proposal (id, kind, state, created, json) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET kind = ?2, state = ?3, created = ?4, json = ?5
        """;
}
