using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Adapters.Stores.Relational;

namespace Hub.IntegrationTests.Storage;

/// <summary>No read costs more because the store holds more: PostgreSQL's own plans of the texts, as sessions of readers get them.</summary>
public sealed partial class PostgreSqlPlansTests
{
    private const string MessageTypes = "(timestamptz, bigint, timestamptz, text, text, text, text, smallint, text, timestamptz, text, bigint, bigint)";
    private const string DeliveryTypes = "(smallint, text, timestamptz, bigint, bigint, bigint, bigint)";
    private static readonly ReadSql Texts = PostgreSqlReadSql.Texts;
    private const string SortNode = @"(?m)(^|->\s+)(Incremental )?Sort  \(";
    private PostgreSqlStores _stores = null!;
    private PostgreSqlHubStore _store = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _stores = PostgreSqlStores.New();
        _store = _stores.CreateStore();
        await _store.OpenAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await _store.DisposeAsync();
        _stores.Dispose();
    }

    [TestCase(nameof(MessageDriver.Time), @"accepted_num_idx.*\n.*Index Cond: \(\(ROW\(.*accepted, .*num\) < ROW\(\$1, \$2\)\) AND \(.*accepted >= \$3\)\)")]
    [TestCase(nameof(MessageDriver.Sender), @"sender_accepted_num_idx.*\n.*Index Cond: \(\(.*sender = \$4\) AND \(ROW\(")]
    [TestCase(nameof(MessageDriver.Type), @"type_accepted_num_idx.*\n.*Index Cond: \(\(.*type = \$7\) AND \(ROW\(")]
    [TestCase(nameof(MessageDriver.Conversation), @"conversation_accepted_num_idx.*\n.*Index Cond: \(\(.*conversation = \$9\) AND \(ROW\(")]
    [TestCase(nameof(MessageDriver.Recipient), @"delivery_recipient.*\n.*Index Cond: \(\(.*recipient = \$5\) AND \(ROW\(")]
    [TestCase(nameof(MessageDriver.State), @"delivery_state.*\n.*Index Cond: \(\(.*state = \$8\) AND \(ROW\(")]
    public async Task Messages_ByAnyFilter_WalkTheirIndexInItsOrder(string by, string index)
    {
        var driver = Enum.Parse<MessageDriver>(by);
        foreach (var text in new[] { Texts.Messages(driver).Page, Texts.Messages(driver).End })
        {
            var plan = await PlanAsync(text, MessageTypes);
            Assert.That(plan, Does.Match(index));
            Assert.That(plan, Does.Not.Match(SortNode).And.Not.Contain("Materialize"));
        }
    }

    [Test]
    public async Task Deliveries_InAState_WalkTheirIndexInItsOrder()
    {
        foreach (var (list, index) in new[] { (Texts.DeliveriesInState, "delivery_state"), (Texts.DeliveriesOfRecipient, "delivery_recipient") })
        {
            foreach (var text in new[] { list.Page, list.End })
            {
                var plan = await PlanAsync(text, DeliveryTypes);
                Assert.That(plan, Does.Contain(index));
                Assert.That(plan, Does.Not.Match(SortNode).And.Not.Contain("Materialize"));
            }
        }
    }

    [Test]
    public async Task Deliveries_Settled_WalkTheirMessagesInTheirOrder()
    {
        var page = await PlanAsync(Texts.DeliveriesSettled.Page, DeliveryTypes);
        Assert.That(page, Does.Match(@"accepted_num_idx.*\n.*Index Cond: \(ROW\(.*accepted, .*num\) >= ROW\(\$3, \$4\)\)").And.Contains("delivery_message"));
        Assert.That(page, Does.Contain("Presorted Key: m").And.Not.Match(@"(^|->\s+)Sort  \("));
        Assert.That(await PlanAsync(Texts.DeliveriesSettled.End, DeliveryTypes), Does.Contain("accepted_num_idx").And.Not.Match(SortNode));
    }

    [TestCaseSource(nameof(LookUps))]
    public async Task LookUps_Anywhere_ReadThroughAnIndex(string name, string text)
    {
        Assert.That(await PlanAsync(text), Does.Contain("Index"), name);
    }

    private static IEnumerable<object[]> LookUps() =>
        from property in typeof(ReadSql).GetProperties(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)
        where property.PropertyType == typeof(string)
        // Few rows; or, for the registry, all there are.
        where property.Name is not ("Counts" or "CurrentRegistryObjects" or "PastRegistryObjects" or "RegistryDocument" or "RegistryVersionAt" or "NewestRegistryVersion" or "NewestCheckpoint" or "Proposals")
        select new object[] { property.Name, (string)property.GetValue(Texts)! };

    /// <summary>The plan; no table is read whole, and no index but where a condition leads to.</summary>
    private async Task<string> PlanAsync(string text, string types = "")
    {
        await using var connection = await _store.Dialect.OpenReaderAsync(ReadKind.Search, CancellationToken.None);
        var parameters = types.Length > 0 ? types.Split(',').Length : ParameterNumber().Matches(text).Select(static m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        // A name of its own: the connection is pooled, and keeps what the driver has prepared on it too.
        var name = $"planned_{Guid.NewGuid():N}";
        await ExecuteAsync(connection, $"PREPARE {name}{types} AS {text}");
        await using var explain = connection.CreateCommand();
        explain.CommandText = $"EXPLAIN EXECUTE {name}{(parameters == 0 ? "" : $"({string.Join(", ", Enumerable.Repeat("NULL", parameters))})")}";
        var lines = new List<string>();
        await using var rows = await explain.ExecuteReaderAsync();
        while (await rows.ReadAsync()) lines.Add(rows.GetString(0));
        var plan = string.Join('\n', lines);
        Assert.That(plan, Does.Not.Contain("Seq Scan").And.Not.Contain("Hash").And.Not.Contain("Bitmap"));
        for (var i = 0; i < lines.Count; i++)
        {
            // The least recipient of all that is ready, waits, or stands behind, is the first row of its index.
            if (IndexScan().IsMatch(lines[i]) && !FirstOfUnfinished().IsMatch(lines[i]))
                Assert.That(lines.ElementAtOrDefault(i + 1), Does.Contain("Index Cond"), plan);
        }

        return plan;
    }

    private static async Task ExecuteAsync(DbConnection connection, string text)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"Index (Only )?Scan")]
    private static partial Regex IndexScan();

    [GeneratedRegex("using delivery_(ready|waiting|behind)")]
    private static partial Regex FirstOfUnfinished();

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex ParameterNumber();
}
