using System.Data;
using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores;
using Hub.Adapters.Stores.Copying;
using Microsoft.Data.SqlClient;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>Connection strings, and what goes over in a copy: the parts of the operator's commands that need no server.</summary>
[TestFixture]
public sealed class SqlServerTargetTests
{
    private static IEnumerable<string> CopiedTables => CopyTables.All.Select(static t => t.Name);

    [Test]
    public void Parse_Replica_TakesWhatItDoesNotSayFromThePrimary()
    {
        var primary = SqlServerTarget.Parse("Server=db.example,1434;Database=hub;User Id=hub_app;Password=geheim");
        var replica = new SqlConnectionStringBuilder(SqlServerTarget.Parse("Server=replica.example", primary).ConnectionString);
        Assert.That((replica.DataSource, replica.InitialCatalog, replica.Password, replica.ApplicationIntent), Is.EqualTo(("replica.example", "hub", "geheim", ApplicationIntent.ReadOnly)));
    }

    [TestCase("Server=db.example;Database=hub;User Id=u", false)]
    [TestCase("Server=.;Database=hub;User Id=u", true)]
    [TestCase("Server=tcp:127.0.0.1,1433;Database=hub;User Id=u", true)]
    [TestCase("Server=localhost\\two;Database=hub;User Id=u", true)]
    [TestCase("Server=;Database=hub;User Id=u", false)]
    public void Server_OnThisMachine_IsKnown(string text, bool local) => Assert.That(SqlServerTarget.Parse(text).IsOnThisMachine, Is.EqualTo(local));

    [Test]
    public void Migrate_ForAnotherOwner_Refuses() =>
        Assert.ThrowsAsync<FormatException>(async () => await SqlServerTarget.Parse("Server=.;Database=hub;User Id=u").MigrateAsync(new StoreMigrationWork(Owner: "other")));

    [TestCaseSource(nameof(CopiedTables))]
    public void Copy_OfATable_GivesColumnsThatItHas_EachWithAType(string name)
    {
        var table = CopyTables.All.Single(t => t.Name == name);
        using var batch = SqlServerCopy.Empty(table);
        Assert.That(TransactSqlCatalog.Schema.Tables[$"hub.{name}"], Is.SupersetOf(batch.Columns.Cast<DataColumn>().Select(static c => c.ColumnName)));
        Assert.That(batch.Columns, Has.Count.EqualTo(table.Types.Length));
    }
}
