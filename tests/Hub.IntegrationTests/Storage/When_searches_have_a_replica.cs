using Hub.Adapters.Stores.PostgreSql;
using Hub.Core.Storage;
using Hub.IntegrationTests.Postgres;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

public sealed class When_searches_have_a_replica
{
    [Test]
    public async Task Should_list_and_count_there_decide_by_the_primary_and_do_without_it()
    {
        var server = await PostgresServer.SharedAsync();
        var (primary, replica) = (await server.NewDatabaseAsync(), await server.NewDatabaseAsync());
        await using var proxy = TcpProxy.Start(server.Port);
        // Two databases that differ tell which one answered.
        var settings = new PostgreSqlSettings { ConnectionString = primary.Application, Replica = replica.ApplicationThrough(proxy.Port) };
        await using var store = new PostgreSqlHubStore(settings, DataFolder.Keys, TimeProvider.System, NullLogger<PostgreSqlHubStore>.Instance);
        await store.OpenAsync();
        var message = NewMessage("m");
        await store.AddAsync(message);

        Assert.That((await store.ListMessagesAsync(new MessageQuery())).Items, Is.Empty);
        Assert.That((await store.ListDeliveriesAsync(DeliveryState.Queued, null, null, 10)).Items, Is.Empty);
        Assert.That((await store.ReadStatisticsAsync()).Messages, Is.Zero);
        Assert.That(await store.FindMessageAsync(message.Key), Is.Not.Null);
        Assert.That(await store.ListDeliveriesAsync(message.Key), Has.Count.EqualTo(1));
        Assert.That(await store.ListUntakenAsync(Receiver, Start, 0, 10), Has.Count.EqualTo(1));
        Assert.That(await store.ListUnfinishedRecipientsAsync(), Is.EqualTo(new[] { Receiver }));

        proxy.Cut();
        Assert.That((await store.ListMessagesAsync(new MessageQuery())).Items, Has.Count.EqualTo(1));
        Assert.That((await store.ReadStatisticsAsync()).Messages, Is.EqualTo(1));
    }
}
