/// <summary>Ends what the tests of this assembly shared. Outside every namespace, so that it holds for all.</summary>
[SetUpFixture]
#pragma warning disable CA1050, MA0047 // A fixture of the whole assembly stands in no namespace.
public sealed class EndOfRun
#pragma warning restore CA1050, MA0047
{
    [OneTimeTearDown]
    public static Task EndSharedServers() => Hub.IntegrationTests.Postgres.PostgresServer.EndSharedAsync();
}
