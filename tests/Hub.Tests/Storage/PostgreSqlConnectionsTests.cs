using Hub.Adapters.Stores.PostgreSql;
using Npgsql;

namespace Hub.Tests.Storage;

/// <summary>What a connection string does not say, the hub says; what it says, holds.</summary>
public sealed class PostgreSqlConnectionsTests
{
    [Test]
    public void Sessions_OfAConnectionStringThatSaysNothing_AreVerifiedPreparedAndSoonGivenUp()
    {
        var text = Writer("Host=db1.example,db2.example;Database=hub;Username=hub_app;Target Session Attributes=primary");
        Assert.That((text.SslMode, text.Timeout, text.MaxAutoPrepare, text.HostRecheckSeconds), Is.EqualTo((SslMode.VerifyFull, 3, 200, 1)));
    }

    [Test]
    public void Sessions_OnThisMachine_NeedNoTls() => Assert.That(Writer("Host=/run/postgresql;Database=hub").SslMode, Is.EqualTo(SslMode.Prefer));

    [Test]
    public void Sessions_OfAConnectionStringThatSaysSomethingElse_AreAsItSays()
    {
        var text = Writer("Host=db.example;SslMode=VerifyCA;Timeout=9;MaxAutoPrepare=0;HostRecheckSeconds=5");
        Assert.That((text.SslMode, text.Timeout, text.MaxAutoPrepare, text.HostRecheckSeconds), Is.EqualTo((SslMode.VerifyCA, 9, 0, 5)));
    }

    [Test]
    public void Target_OfAReplicaThatNamesAHostAlone_IsAtTheUsualPort()
    {
        var primary = PostgreSqlTarget.Parse("Host=db.example;Port=6432;Database=hub");
        Assert.That(new NpgsqlConnectionStringBuilder(PostgreSqlTarget.Parse("Host=replica.example", primary).ConnectionString).Port, Is.EqualTo(NpgsqlConnection.DefaultPort));
        Assert.That(new NpgsqlConnectionStringBuilder(PostgreSqlTarget.Parse("Application Name=x", primary).ConnectionString).Port, Is.EqualTo(6432));
    }

    private static NpgsqlConnectionStringBuilder Writer(string connection)
    {
        using var source = PostgreSqlConnections.Writer(new PostgreSqlSettings { ConnectionString = connection });
        return new NpgsqlConnectionStringBuilder(source.ConnectionString);
    }
}
