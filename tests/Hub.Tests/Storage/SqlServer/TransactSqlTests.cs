using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores.Relational;
using Hub.Tests.House;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>No SQL Server runs where this is built, so its texts are checked as texts: a parser reads them, every name in them is one that
/// the schema makes, and any change of them is seen and approved.</summary>
[TestFixture]
public sealed class TransactSqlTests
{
    private static IEnumerable<string> Names => TransactSql.Statements.Keys;

    [TestCaseSource(nameof(Names))]
    public void Statement_NamesOnlyWhatTheSchemaHas(string name) =>
        Assert.That(TransactSqlNames.Of(TransactSql.Statements[name], TransactSql.RowTypes.GetValueOrDefault(name)).Unknown, Is.Empty);

    [TestCaseSource(nameof(Names))]
    public void Statement_EndsEveryStatementInIt(string name) => Assert.That(TransactSql.Statements[name].TrimEnd(), Does.EndWith(";"));

    [TestCaseSource(nameof(Names))]
    public void Statement_TakesOnlyParametersThatTheCoreGives(string name)
    {
        var used = TransactSqlNames.Of(TransactSql.Statements[name], TransactSql.RowTypes.GetValueOrDefault(name)).Parameters.Select(p => p[1..]).Except(["rows"]);
        Assert.That(used, Is.SubsetOf(TransactSqlCallers.GivenTo(name)));
    }

    [Test]
    public void Schema_Parses_AndItsIndexesNameTheirTablesColumns()
    {
        var schema = TransactSqlCatalog.Schema;
        Assert.That(schema.Strangers, Is.Empty);
        Assert.That(schema.Tables, Does.ContainKey("hub.delivery"));
        Assert.That(schema.Sequences, Does.Contain("hub.id_block"));
    }

    [Test]
    public void Chores_Parse()
    {
        foreach (var text in TransactSql.Chores.Values) Assert.That(TransactSql.Parse(text).Batches, Is.Not.Empty);
    }

    [Test]
    public void Names_Unknown_AreFound()
    {
        Assert.That(TransactSqlNames.Of("SELECT d.recipent FROM hub.delivery d WITH (INDEX (nothing)) JOIN hub.nothing n ON n.id = d.id WHERE d.id = @id;", null).Unknown,
            Is.SupersetOf(new[] { "column d.recipent", "table hub.nothing", "index nothing" }));
    }

    [TestCase("SELECT key FROM hub.entry;")]
    [TestCase("SELECT 1 LIMIT 1;")]
    [TestCase("INSERT INTO hub.tile (level) VALUES (1) ON CONFLICT DO NOTHING;")]
    public void Parse_NoTransactSql_Fails(string text) => Assert.Throws<AssertionException>(() => TransactSql.Parse(text));

    [Test]
    public void Types_OfRows_HaveTheColumnsOfTheCore()
    {
        var types = TransactSqlCatalog.Schema.Types;
        foreach (var rows in RowSets())
        {
            var expected = rows.Columns.Select(c => (c.Name, SqlServerRows.KindOf(c.Type).ToString(), CanBeNull(c.Type))).ToList();
            var declared = types[SqlServerRows.TypeOf(rows)];
            Assert.That(declared.Select(c => (c.Name, c.Type)), Is.EqualTo(expected.Select(c => (c.Name, c.Item2))).IgnoreCase, rows.Name);
            foreach (var (declaredColumn, wanted) in declared.Zip(expected))
                if (wanted.Item3) Assert.That(declaredColumn.Nullable, Is.True, $"{rows.Name}.{declaredColumn.Name}");
        }

        Assert.That(TransactSql.RowTypes.Values.Distinct(), Is.EquivalentTo(RowSets().Select(r => r.Name)));
    }

    [Test]
    public void Columns_AreThoseOfTheCore()
    {
        Assert.That(SqlServerColumns.Message.Replace("[", "").Replace("]", ""), Is.EqualTo(Rows.MessageColumns));
        Assert.That(SqlServerColumns.Entry, Is.EqualTo(Rows.EntryColumns));
        Assert.That(SqlServerColumns.Delivery.Replace("[", "").Replace("]", ""), Is.EqualTo(Rows.DeliveryColumns));
    }

    [Test]
    public void Texts_AsTheyAre_AreApproved()
    {
        var approvedPath = Repository.PathOf("tests", "Hub.Tests", "Storage", "SqlServer", "Statements.approved.sql");
        var receivedPath = Path.Combine(AppContext.BaseDirectory, "Statements.received.sql");
        var received = string.Concat(TransactSql.Statements.Select(s =>
            $"-- {s.Key} ({string.Join(", ", TransactSqlNames.Of(s.Value, TransactSql.RowTypes.GetValueOrDefault(s.Key)).Parameters)})\n{s.Value.TrimEnd()}\n\n"));
        File.WriteAllText(receivedPath, received);
        var approved = File.Exists(approvedPath) ? File.ReadAllText(approvedPath) : "";
        Assert.That(received == approved, $"The statements for SQL Server changed. Read the difference; no server checks it here. To approve: cp {receivedPath} {approvedPath}");
    }

    private static IEnumerable<RowSet> RowSets() =>
    [
        new KeyRows(), new MessageRows(), new BodyRows(), new UploadRows(), new NewDeliveryRows(), new DeliveryRows(), new LaneRows(), new CountRows(), new EntryRows(), new TileRows(),
        new RegistryObjectRows([]), new AppStateRows(),
    ];

    private static bool CanBeNull(Type type) => Nullable.GetUnderlyingType(type) is not null;
}
