using Hub.Contracts.Addresses;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>What lists whose pages end after a few rows looked at add up to.</summary>
internal static class ShortPages
{
    private const int Messages = 40;
    private static readonly MessageType Notice = MessageType.Parse("vn.notice.v1");
    private static readonly SystemAddress[] Systems = [Sender, Receiver, Other];
    private static readonly DeliveryState[] States = [DeliveryState.Queued, DeliveryState.Delivered, DeliveryState.Dead];

    /// <summary>Lists of random data by random filters give what an unbounded list gives.</summary>
    /// <param name="create">A store over the same new data, with pages of so many rows looked at.</param>
    /// <param name="data">Seed of the data.</param>
    /// <param name="filters">Seed of the filters.</param>
    /// <param name="bound">Rows looked at.</param>
    internal static async Task AddUpAsync(Func<int, IHubStore> create, int data, int filters, int bound)
    {
        var random = new Random(filters);
        var queries = Enumerable.Range(0, 60).Select(_ => NewQuery(random)).ToList();
        var expected = new List<string[]>();
        await using (var whole = create(20_000))
        {
            await using var reference = new InMemoryStore();
            await whole.OpenAsync();
            foreach (var store in new IHubStore[] { whole, reference }) await store.WriteAsync(transaction => FillAsync(transaction, new Random(data)));
            foreach (var query in queries)
            {
                var page = await whole.ListMessagesAsync(query with { Limit = 200 });
                Assert.That(page.Next, Is.Null);
                expected.Add([.. page.Items.Select(m => m.Id)]);
                Assert.That(expected[^1], Is.EqualTo((await reference.WalkAsync(query)).Select(m => m.Id)), $"{query}");
            }
        }

        Assert.That(expected, Has.Some.Not.Empty);
        await using var bounded = create(bound);
        await bounded.OpenAsync();
        for (var i = 0; i < queries.Count; i++)
            Assert.That((await bounded.WalkAsync(queries[i])).Select(m => m.Id), Is.EqualTo(expected[i]), $"{bound} rows, {queries[i]}");
        await DeliveriesAddUpAsync(bounded);
    }

    private static async Task DeliveriesAddUpAsync(IHubStore store)
    {
        var all = new List<DeliveryRecord>();
        foreach (var message in (await store.WalkAsync(new MessageQuery())).OrderBy(m => m.Accepted)) all.AddRange(await store.ListDeliveriesAsync(message.Key));
        foreach (var (state, recipient) in from state in States from recipient in Systems select (state, recipient))
        {
            var (found, cursor) = (new List<long>(), (string?)null);
            do
            {
                var page = await store.ListDeliveriesAsync(state, recipient, cursor, 3);
                found.AddRange(page.Items.Select(d => d.Id));
                cursor = page.Next;
            }
            while (cursor is not null);
            Assert.That(found, Is.EquivalentTo(all.Where(d => d.State == state && d.Recipient == recipient).Select(d => d.Id)));
            Assert.That(found.Select(id => all.First(d => d.Id == id).Due), Is.Ordered);
        }
    }

    // Several messages share an instant, and they do not come in the order of theirs.
    private static async ValueTask FillAsync(IStoreTransaction transaction, Random random)
    {
        for (var i = 0; i < Messages; i++)
        {
            var message = NewMessage($"m{i}", Pick(random, Systems), Start.AddMinutes(random.Next(12))) with
            {
                Type = random.Next(3) == 0 ? Notice : Document,
                Conversation = random.Next(3) == 0 ? "c" : null,
                NotBefore = random.Next(4) == 0 ? Start.AddHours(1) : null,
            };
            var deliveries = Systems.Where(_ => random.Next(2) == 0).Select(system => NewDelivery(message, system) with { State = Pick(random, States) }).ToList();
            await transaction.InsertMessageAsync(message, Octets(message.Id), deliveries);
        }
    }

    private static MessageQuery NewQuery(Random random)
    {
        var query = new MessageQuery
        {
            From = Rarely() ? Pick(random, Systems) : null,
            Recipient = Rarely() ? Pick(random, Systems) : null,
            Type = Rarely() ? Notice : null,
            State = Rarely() ? Pick(random, States) : null,
            Since = Rarely() ? Start.AddMinutes(random.Next(8)) : null,
            Until = Rarely() ? Start.AddMinutes(5 + random.Next(8)) : null,
            Conversation = Rarely() ? "c" : null,
            Limit = 1 + random.Next(6),
        };
        return random.Next(3) == 0 ? query : query with { VisibleTo = Pick(random, Systems), VisibleAt = Start.AddMinutes(random.Next(2) * 90) };

        bool Rarely() => random.Next(4) == 0;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
