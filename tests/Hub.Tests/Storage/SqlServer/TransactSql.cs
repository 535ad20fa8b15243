using System.Reflection;
using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores.Copying;
using Hub.Adapters.Stores.Relational;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>Every text that goes to SQL Server, by name, and what a parser of SQL Server 2019 makes of it.</summary>
internal static class TransactSql
{
    /// <summary>Statements with rows, and the type of <c>@rows</c> in each.</summary>
    internal static readonly IReadOnlyDictionary<string, string> RowTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [nameof(WriteSql.InsertKeys)] = "hub_keys",
        [nameof(WriteSql.InsertMessages)] = "hub_messages",
        [nameof(WriteSql.InsertBodies)] = "hub_bodies",
        [nameof(WriteSql.NameUploads)] = "hub_message_uploads",
        [nameof(WriteSql.InsertDeliveries)] = "hub_new_deliveries",
        [nameof(WriteSql.UpdateDeliveries)] = "hub_deliveries",
        [nameof(WriteSql.LockLanes)] = "hub_lanes",
        [nameof(WriteSql.TryLockLanes)] = "hub_lanes",
        [nameof(WriteSql.SettleLanes)] = "hub_lanes",
        [nameof(WriteSql.AddToCounts)] = "hub_counts",
        [nameof(WriteSql.InsertEntries)] = "hub_entries",
        [nameof(WriteSql.WriteTiles)] = "hub_tiles",
        [nameof(WriteSql.ReplaceRegistryObjects)] = "hub_registry_objects",
        [nameof(WriteSql.InsertRegistryObjects)] = "hub_registry_objects",
        [nameof(WriteSql.WriteAppState)] = "hub_app_state",
        [nameof(WriteSql.RemoveAppState)] = "hub_app_state",
    };

    /// <summary>Statements of the running store.</summary>
    internal static IReadOnlyDictionary<string, string> Statements { get; } = StatementsOf();

    /// <summary>Batches that make the schema, in order.</summary>
    internal static IReadOnlyList<string> Schema { get; } =
        [SqlServerSchema.CreateSchema, SqlServerSchema.CreateVersions, .. SqlServerSchema.Migrations.SelectMany(m => m.Batches)];

    /// <summary>Other texts, which name the server's own views.</summary>
    internal static IReadOnlyDictionary<string, string> Chores { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Paused.Find"] = SqlServerPaused.FindSql,
        ["Paused.End"] = SqlServerPaused.EndSql(77),
        ["Migrations.Lock"] = SqlServerMigrations.LockSql,
        ["Migrations.Versions"] = SqlServerMigrations.VersionsSql,
        ["Migrations.KeepVersions"] = SqlServerMigrations.KeepVersionsSql,
        ["Migrations.Room"] = SqlServerMigrations.RoomSql,
        ["Check.Server"] = SqlServerCheckSql.Server,
        ["Check.Rights"] = SqlServerCheckSql.Rights,
        ["Check.Months"] = SqlServerCheckSql.Months,
        ["Check.Ids"] = SqlServerCheckSql.Ids,
        ["Copy.IsBegun"] = SqlServerCopySql.IsCopying,
        ["Copy.Begin"] = SqlServerCopySql.Texts.Begin,
        ["Copy.NoteSource"] = SqlServerCopySql.Texts.NoteSource,
        ["Copy.Source"] = SqlServerCopySql.Texts.Source,
        ["Copy.Stands"] = SqlServerCopySql.Texts.Stands,
        ["Copy.Note"] = SqlServerCopySql.Texts.Note,
        ["Copy.End"] = SqlServerCopySql.Texts.End,
        ["Copy.Analyze"] = SqlServerCopySql.Texts.Analyze,
        ["Migrations.Grant"] = SqlServerMigrations.GrantSql.Replace("{0}", "[hub_app]", StringComparison.Ordinal),
    };

    /// <summary>The tree of a text.</summary>
    /// <exception cref="AssertionException">It is no Transact-SQL.</exception>
    internal static TSqlScript Parse(string text)
    {
        var tree = new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(text), out var errors);
        if (errors.Count > 0) Assert.Fail($"{string.Join('\n', errors.Select(e => $"{e.Line}:{e.Column} {e.Message}"))}\n{text}");
        return (TSqlScript)tree;
    }

    private static SortedDictionary<string, string> StatementsOf()
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Wake"] = SqlServerWriteSql.Wake,
            ["Wakes.Newest"] = SqlServerWakes.NewestSql,
            ["Wakes.Next"] = SqlServerWakes.NextSql,
            ["Wakes.Forget"] = SqlServerWakes.ForgetSql,
            ["Once.Use"] = SqlServerOnceStore.UseSql,
            ["Once.Sweep"] = SqlServerOnceStore.SweepSql,
            ["Migrations.Read"] = SqlServerMigrations.ReadSql,
            ["Migrations.Newer"] = SqlServerMigrations.NewerSql,
            ["Migrations.LiveNodes"] = SqlServerMigrations.LiveNodesSql,
            ["Check.Nodes"] = SqlServerCheckSql.Nodes,
            ["Check.Head"] = SqlServerCheckSql.Head,
            ["Check.Tile"] = SqlServerCheckSql.Tile,
            ["Check.Time"] = SqlServerCheckSql.Time,
            ["Copy.HoldsHub"] = SqlServerCopySql.Texts.HoldsHub,
            ["Copy.OpenLog"] = SqlServerCopySql.Texts.OpenLog,
            ["Copy.Bodies"] = SqlServerCopySql.Texts.Bodies,
            ["Copy.Newest"] = SqlServerCopySql.Texts.Newest,
            ["Copy.Entries"] = SqlServerCopySql.Texts.Entries,
            ["Copy.Tiles"] = SqlServerCopySql.Texts.Tiles,
        };
        foreach (var table in CopyTables.All) texts.Add($"Copy.Count.{table.Name}", SqlServerCopySql.Texts.Count(table.Name));
        Add(SqlServerWriteSql.Texts, "");
        Add(SqlServerUploadSql.Texts, "Upload.");
        Add(SqlServerReadSql.Texts, "Read.");
        Add(SqlServerNodeSql.Texts, "Node.");
        foreach (var driver in Enum.GetValues<MessageDriver>()) AddList($"Read.MessagesBy{driver}", SqlServerReadSql.Texts.Messages(driver));
        return texts;

        void Add(object all, string prefix)
        {
            foreach (var property in all.GetType().GetProperties(BindingFlags.Instance | BindingFlags.NonPublic))
            {
                if (property.PropertyType == typeof(string) && property.GetValue(all) is string text) texts.Add(prefix + property.Name, text);
                else if (property.PropertyType == typeof(ListSql)) AddList(prefix + property.Name, (ListSql)property.GetValue(all)!);
            }
        }

        void AddList(string name, ListSql list)
        {
            texts.Add(name, list.Page);
            texts.Add($"{name}.End", list.End);
        }
    }
}
