using System.Runtime.Versioning;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Stores;

/// <summary>No SQL Server runs here: what the commands say when none answers.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_sql_server_is_named
{
    private const string Nowhere = "sqlserver:Server=127.0.0.1,1;Database=hub;User Id=hub_app";
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-sqlserver-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("store check")]
    [TestCase("store migrate")]
    [TestCase("store migrate --dry-run")]
    [TestCase("serve --store-wait 0 --address H06.09/lgsp --node hub-1")]
    public async Task Should_say_that_it_does_not_answer(string command)
    {
        var ended = await HubProcess.RunAsync([.. command.Split(' '), "--data", Path.Combine(_folder, "node"), "--store", Nowhere]);
        // Behind a client without ICU no server would ever be looked for.
        Assert.That((ended.ExitCode, ended.ToString()!.Contains("network-related", StringComparison.Ordinal)), Is.EqualTo((3, true)), ended.ToString());
    }

    [Test]
    public async Task Should_refuse_a_schema_that_it_does_not_know()
    {
        var ended = await HubProcess.RunAsync("store", "migrate", "--data", Path.Combine(_folder, "node"), "--store", Nowhere, "--to", "99");
        Assert.That(ended.ExitCode, Is.EqualTo(2), ended.ToString());
    }
}
