using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>The registry's versions and objects. Nothing is ever overwritten: a row of an object only learns which version
/// replaced it, so that the state in force and that of any version before are each one pass over the table.</summary>
internal static class RegistryRows
{
    private const int MaxHistory = 200;

    // A page of versions holds at most so many objects, unless a single version has more.
    private const int MaxChanges = 20_000;

    /// <exception cref="InvalidOperationException">The version does not follow the newest one.</exception>
    internal static void Write(SqliteSession session, Func<string, Statement> change, RegistryVersion version)
    {
        var newest = session.Use(SqliteSql.NewestRegistryVersion).Scalar();
        CheckFollows(version.Version, newest, session.ReadRegistry()?.Version ?? 0);
        change(SqliteSql.InsertRegistryVersion)
            .Bind(version.Version).Bind(version.Time).Bind(version.Actor).Bind(version.ApprovedBy).Bind(version.Reason).Bind(version.Entry).Run();
        foreach (var (section, id, json) in version.Changes)
        {
            if (newest is not null) change(SqliteSql.ReplaceRegistryObject).Bind(version.Version).Bind(section).Bind(id).Run();
            change(SqliteSql.InsertRegistryObject).Bind(version.Version).Bind(section).Bind(id).Bind(json).Run();
        }
    }

    internal static RegistryState? ReadState(SqliteSession session, long? version)
    {
        // One snapshot for both statements: a change may be committed in between.
        session.Use(SqliteSql.BeginRead).Run();
        try
        {
            var newest = session.Use(SqliteSql.NewestRegistryVersion).Scalar();
            if (newest is not { } current) return null;
            if (version is not { } asked || asked == current) return new RegistryState(current, Objects(session.Use(SqliteSql.CurrentRegistryObjects)));
            return session.Use(SqliteSql.HasRegistryVersion).Bind(asked).Scalar() is null
                ? null
                : new RegistryState(asked, Objects(session.Use(SqliteSql.PastRegistryObjects).Bind(asked)));
        }
        finally
        {
            session.Use(SqliteSql.Commit).Run();
        }
    }

    internal static List<RegistryVersion> ListVersions(SqliteSession session, long after, int limit)
    {
        var found = new List<RegistryVersion>();
        var changes = 0;
        var query = session.Use(SqliteSql.RegistryVersions).Bind(after).Bind(limit);
        using var rows = query.Rows();
        while (query.Step())
        {
            var objects = Objects(session.Use(SqliteSql.RegistryObjectsOfVersion).Bind(query.Int(0)));
            changes += objects.Count;
            if (changes > MaxChanges && found.Count > 0) break;
            found.Add(new RegistryVersion(query.Int(0), query.Time(1), query.Text(2), query.NullableText(3), query.NullableText(4), query.Int(5), objects));
        }

        return found;
    }

    internal static List<RegistryVersion> ListHistory(SqliteSession session, string section, string id, long until)
    {
        var found = new List<RegistryVersion>();
        var query = session.Use(SqliteSql.RegistryHistory).Bind(section).Bind(id).Bind(until).Bind(MaxHistory);
        using var rows = query.Rows();
        while (query.Step()) found.Add(new RegistryVersion(query.Int(3), query.Time(4), query.Text(5), query.NullableText(6), query.NullableText(7), query.Int(8), [Object(query)]));
        found.Reverse();
        return found;
    }

    internal static List<RegistryObject> ListKeyHistory(SqliteSession session, SystemAddress system, long after) =>
        // Ids are "agency/system key": what sorts between a space and the character behind it.
        Objects(session.Use(SqliteSql.KeyHistory).Bind($"{system} ").Bind($"{system}!").Bind(after));

    private static List<RegistryObject> Objects(Statement query)
    {
        var found = new List<RegistryObject>();
        using var rows = query.Rows();
        while (query.Step()) found.Add(Object(query));
        return found;
    }

    private static RegistryObject Object(Statement row)
    {
        var section = row.Text(0);
        return new RegistryObject(RegistrySections.All.FirstOrDefault(s => s == section) ?? section, row.Text(1), row.NullableText(2));
    }

    // A hub from before has the version of its document, which is taken over under that number or as the next.
    private static void CheckFollows(long version, long? newest, long document)
    {
        var follows = newest is { } last ? version == last + 1 : version >= 1 && (version == document || version == document + 1);
        if (!follows) throw new InvalidOperationException($"Version {version} of the registry does not follow version {newest ?? document}.");
    }
}
