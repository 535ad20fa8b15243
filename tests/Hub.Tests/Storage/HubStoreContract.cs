using Hub.Contracts.Envelopes;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>What every store promises: transactions, messages, the log, registry and app state. Deliveries and lists stand in
/// the other parts. A store proves itself by deriving from this fixture.</summary>
public abstract partial class HubStoreContract
{
    private protected IHubStore Store { get; private set; } = null!;

    /// <summary>Whether this store ends pages early even over a handful of messages. Any store may, over many: a page may be short,
    /// even empty, and still have a next cursor.</summary>
    protected virtual bool ShortPages => false;

    /// <summary>An empty store, not yet open.</summary>
    protected abstract IHubStore Create();

    /// <summary>Writes the registry of a hub from before objects were kept one by one.</summary>
    protected abstract void PutDocument(long version, string document);

    [SetUp]
    public async Task OpenAsync()
    {
        Store = Create();
        await Store.OpenAsync();
    }

    [TearDown]
    public async Task CloseAsync() => await Store.DisposeAsync();

    [Test]
    public async Task FindMessage_Committed_GivesEveryMember()
    {
        var message = NewMessage("full") with
        {
            Encoding = EnvelopeEncoding.Xml,
            Assurance = "hub-attested(folder)",
            NotBefore = Start.AddHours(1),
            Expires = Start.AddDays(1),
            Priority = 4,
            Conversation = "vụ việc 7",
            Sequence = 3,
            InReplyTo = NewMessage("earlier").Key,
            Subject = "V/v triển khai 📄",
            Uploads = [new string('a', 64), new string('b', 64)],
            Entry = 41,
            WaitedUntil = Start.AddMinutes(1),
        };
        await Store.AddAsync(message);

        var found = await Store.FindMessageAsync(message.Key);
        Assert.That(found, Is.Not.Null);
        Assert.That(found!.Uploads, Is.EqualTo(message.Uploads));
        Assert.That(found with { Uploads = message.Uploads }, Is.EqualTo(message));
    }

    [Test]
    public async Task WriteWait_OfAMessageThatIsThere_IsReadBack()
    {
        var (old, fresh) = (NewMessage("old") with { WaitedUntil = Start.AddMinutes(1) }, NewMessage("new"));
        await Store.AddAsync(old);
        await using (var transaction = await Store.BeginAsync())
        {
            await transaction.InsertMessageAsync(fresh, new byte[] { 1 }, []);
            await transaction.WriteWaitAsync(old.Key, null);
            await transaction.WriteWaitAsync(fresh.Key, Start.AddMinutes(2));
            Assert.That(((await transaction.FindMessageAsync(old.Key))!.WaitedUntil, (await transaction.FindMessageAsync(fresh.Key))!.WaitedUntil), Is.EqualTo(((DateTimeOffset?)null, Start.AddMinutes(2))));
            await transaction.CommitAsync();
        }

        Assert.That(((await Store.FindMessageAsync(old.Key))!.WaitedUntil, (await Store.FindMessageAsync(fresh.Key))!.WaitedUntil), Is.EqualTo(((DateTimeOffset?)null, Start.AddMinutes(2))));
    }

    [Test]
    public async Task FindMessage_OnlyRequiredMembers_GivesNullsBack()
    {
        var message = NewMessage("small");
        await Store.AddAsync(message);
        var found = await Store.FindMessageAsync(message.Key);
        Assert.That(found! with { Uploads = message.Uploads }, Is.EqualTo(message));
        Assert.That(found.Uploads, Is.Empty);
    }

    [TestCase("a\0b")]
    [TestCase("a\ud800b")]
    public async Task Insert_TextThatIsNoText_SpoilsNoGroup(string text)
    {
        var message = NewMessage("odd") with { Subject = text };
        var id = (await Store.AddAsync(message))[0];
        await Store.WriteAsync(t => t.UpdateDeliveryAsync(NewDelivery(message) with { Id = id, State = DeliveryState.Dead, LastDetail = text, Reason = text }));
        Assert.That((await Store.FindMessageAsync(message.Key))!.Subject, Does.StartWith("a").And.EndsWith("b"));
        Assert.That((await Store.FindDeliveryAsync(id))!.LastDetail, Does.StartWith("a").And.EndsWith("b"));
    }

    [Test]
    public async Task FindMessage_Unknown_IsNull()
    {
        Assert.That(await Store.FindMessageAsync(NewMessage("none").Key), Is.Null);
        Assert.That(await Store.ReadOctetsAsync(NewMessage("none").Key), Is.Null);
        Assert.That(await Store.ListDeliveriesAsync(NewMessage("none").Key), Is.Empty);
        Assert.That(await Store.ListEntriesAsync(NewMessage("none").Key), Is.Empty);
        Assert.That(await Store.FindDeliveryAsync(1), Is.Null);
    }

    [Test]
    public async Task ReadOctets_ManyInOneGroup_GivesEachItsOwn([Values(0, 1, 1000, 300_000)] int size)
    {
        var bodies = new Dictionary<string, byte[]>();
        await Store.WriteAsync(async transaction =>
        {
            for (var i = 0; i < 20; i++)
            {
                var body = new byte[size + (size == 0 ? 0 : i)];
                new Random(i).NextBytes(body);
                bodies.Add($"m{i}", body);
                await transaction.InsertMessageAsync(NewMessage($"m{i}"), body, []);
            }
        });
        foreach (var (id, body) in bodies)
            Assert.That((await Store.ReadOctetsAsync(NewMessage(id).Key))!.Value.Span.SequenceEqual(body), id);
    }

    [Test]
    public async Task ReadMessages_Several_GivesThoseThereWithTheirOctets_UpToTheBound()
    {
        var bodies = Enumerable.Range(0, 5).ToDictionary(i => NewMessage($"m{i}") with { Size = 1_000 }, i => Enumerable.Repeat((byte)i, 1_000).ToArray());
        await Store.WriteAsync(async transaction =>
        {
            foreach (var (message, body) in bodies) await transaction.InsertMessageAsync(message, body, []);
        });
        MessageKey[] asked = [.. bodies.Keys.Skip(1).Select(static m => m.Key), NewMessage("none").Key];
        var whole = await Store.ReadMessagesAsync(asked, 4_000);
        Assert.That(whole.Select(static m => m.Message.Key), Is.EquivalentTo(asked.SkipLast(1)));
        foreach (var read in whole) Assert.That(read.Octets!.Value.ToArray(), Is.EqualTo(bodies.Single(b => b.Key.Key == read.Message.Key).Value));
        Assert.That(whole[0].Message with { Uploads = [] }, Is.EqualTo((await Store.FindMessageAsync(whole[0].Message.Key))! with { Uploads = [] }));
        Assert.That((await Store.ReadMessagesAsync(asked, 2_999)).Count(static m => m.Octets is not null), Is.EqualTo(2));
        Assert.That((await Store.ReadMessagesAsync(asked, 0)).Select(static m => m.Octets is null), Is.EqualTo(new[] { true, true, true, true }));
        await Store.WriteAsync(t => t.EraseAsync(asked[0], Start));
        Assert.That((await Store.ReadMessagesAsync([asked[0]], 4_000)).Single().Octets, Is.Null);
        Assert.That(await Store.ReadMessagesAsync([], 4_000), Is.Empty);
    }

    [Test]
    public async Task Dispose_WithoutCommit_LeavesNothing()
    {
        var message = NewMessage("gone");
        await using (var transaction = await Store.BeginAsync())
        {
            await transaction.InsertMessageAsync(message, Octets("gone"), [NewDelivery(message)]);
            await transaction.AppendEntriesAsync([NewEntry(0, message.Key)]);
            await transaction.WriteTileAsync(0, 0, new byte[32]);
            await transaction.WriteCheckpointAsync(1, "note");
            await transaction.WriteRegistryAsync(new RegistryVersion(1, Start, "hub", null, null, 0, []));
            await transaction.WriteAppStateAsync(Receiver, "k", new byte[] { 1 });
        }

        Assert.That(await Store.FindMessageAsync(message.Key), Is.Null);
        Assert.That(await Store.ReadOctetsAsync(message.Key), Is.Null);
        Assert.That(await Store.ListDeliveriesAsync(message.Key), Is.Empty);
        Assert.That(await Store.ListEntriesAsync(0, 10), Is.Empty);
        Assert.That((await Store.ReadTileAsync(0, 0)).Length, Is.Zero);
        Assert.That(await Store.FindCheckpointAsync(), Is.Null);
        Assert.That(await Store.ReadRegistryStateAsync(), Is.Null);
        Assert.That(await Store.ReadAppStateAsync(Receiver, "k"), Is.Null);
        Assert.That(await Store.ClaimAsync(Start), Is.Empty);
        Assert.That((await Store.ReadStatisticsAsync()).Messages, Is.Zero);
    }

    [Test]
    public async Task Insert_AfterARolledBackGroup_IsUntouchedByIt()
    {
        await Store.AddAsync(NewMessage("before"));
        await using (var transaction = await Store.BeginAsync())
        {
            await transaction.InsertMessageAsync(NewMessage("gone", Other), new byte[100_000], [NewDelivery(NewMessage("gone", Other), Other)]);
        }

        await Store.AddAsync(NewMessage("after", Receiver));
        Assert.That((await Store.ReadOctetsAsync(NewMessage("before").Key))!.Value.ToArray(), Is.EqualTo(Octets("before")));
        Assert.That((await Store.ReadOctetsAsync(NewMessage("after", Receiver).Key))!.Value.ToArray(), Is.EqualTo(Octets("after")));
        Assert.That((await Store.FindMessageAsync(NewMessage("after", Receiver).Key))!.From, Is.EqualTo(Receiver));
    }

    [Test]
    public async Task Transaction_ReadsItsOwnWrites_AndOthersDoNot()
    {
        var message = NewMessage("own");
        await using var transaction = await Store.BeginAsync();
        var ids = await transaction.InsertMessageAsync(message, Octets("own"), [NewDelivery(message)]);
        await transaction.WriteAppStateAsync(Receiver, "k", new byte[] { 7 });

        Assert.That((await transaction.FindMessageAsync(message.Key))!.Id, Is.EqualTo("own"));
        Assert.That((await transaction.FindDeliveryAsync(ids[0]))!.Message, Is.EqualTo(message.Key));
        Assert.That((await transaction.FindDeliveryAsync(message.Key, Receiver))!.Id, Is.EqualTo(ids[0]));
        Assert.That((await transaction.ReadAppStateAsync(Receiver, "k"))!.Value.ToArray(), Is.EqualTo(new byte[] { 7 }));
        Assert.That(await transaction.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 1), Has.Count.EqualTo(1));

        Assert.That(await Store.FindMessageAsync(message.Key), Is.Null);
        Assert.That(await Store.ReadAppStateAsync(Receiver, "k"), Is.Null);
    }

    [Test]
    public async Task Insert_SameKeyTwice_FailsAndTheFirstStays()
    {
        await Store.AddAsync(NewMessage("one"));
        Assert.That(async () => await Store.AddAsync(NewMessage("one") with { Subject = "another" }), Throws.Exception);
        Assert.That((await Store.FindMessageAsync(NewMessage("one").Key))!.Subject, Is.Null);
        Assert.That((await Store.ReadStatisticsAsync()).Messages, Is.EqualTo(1));
    }

    [Test]
    public async Task Erase_Message_RemovesContentAndKeepsTheRest()
    {
        var message = NewMessage("secret") with { Subject = "họ tên" };
        await Store.AddAsync(message);
        await Store.AddAsync(NewMessage("kept") with { Subject = "stays" });
        await Store.WriteAsync(transaction => transaction.AppendEntriesAsync([NewEntry(0, message.Key), NewEntry(1, NewMessage("kept").Key)]));

        await Store.WriteAsync(transaction => transaction.EraseAsync(message.Key, Start.AddDays(1)));

        var erased = await Store.FindMessageAsync(message.Key);
        Assert.That(erased! with { Uploads = message.Uploads }, Is.EqualTo(message with { Subject = null, Erased = Start.AddDays(1) }));
        Assert.That(await Store.ReadOctetsAsync(message.Key), Is.Null);
        var entry = (await Store.ListEntriesAsync(message.Key))[0];
        Assert.That((entry.Salt, entry.Body), Is.EqualTo(((ReadOnlyMemory<byte>?)null, (ReadOnlyMemory<byte>?)null)));
        Assert.That(entry.Header.ToArray(), Is.EqualTo(NewEntry(0, message.Key).Header.ToArray()));

        Assert.That((await Store.FindMessageAsync(NewMessage("kept").Key))!.Subject, Is.EqualTo("stays"));
        Assert.That(await Store.ReadOctetsAsync(NewMessage("kept").Key), Is.Not.Null);
        Assert.That((await Store.ListEntriesAsync(1, 1))[0].Body, Is.Not.Null);
    }

    [Test]
    public async Task Entries_AreFoundByIndexAndByMessage()
    {
        var (one, two) = (NewMessage("one"), NewMessage("two"));
        await Store.AddAsync(one);
        await Store.WriteAsync(t => t.AppendEntriesAsync([NewEntry(0), NewEntry(1, one.Key), NewEntry(2, two.Key)]));
        await Store.AddAsync(two);
        await Store.WriteAsync(t => t.AppendEntriesAsync([NewEntry(3, two.Key), NewEntry(4, one.Key)]));

        Assert.That((await Store.ListEntriesAsync(1, 3)).Select(e => e.Index), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That((await Store.ListEntriesAsync(4, 10)).Select(e => e.Index), Is.EqualTo(new[] { 4 }));
        Assert.That(await Store.ListEntriesAsync(5, 10), Is.Empty);
        Assert.That((await Store.ListEntriesAsync(one.Key)).Select(e => e.Index), Is.EqualTo(new[] { 1, 4 }));
        Assert.That((await Store.ListEntriesAsync(two.Key)).Select(e => e.Index), Is.EqualTo(new[] { 2, 3 }), "also those from before the message");

        var read = (await Store.ListEntriesAsync(1, 1))[0];
        var written = NewEntry(1, one.Key);
        Assert.That(read.Header.ToArray(), Is.EqualTo(written.Header.ToArray()));
        Assert.That(read.Salt!.Value.ToArray(), Is.EqualTo(written.Salt!.Value.ToArray()));
        Assert.That(read.Body!.Value.ToArray(), Is.EqualTo(written.Body!.Value.ToArray()));
    }

    [Test]
    public async Task AppendEntries_WithAGap_IsAMistake()
    {
        await Store.WriteAsync(t => t.AppendEntriesAsync([NewEntry(0)]));
        Assert.That(async () => await Store.WriteAsync(t => t.AppendEntriesAsync([NewEntry(2)])), Throws.InvalidOperationException);
        Assert.That(await Store.ListEntriesAsync(0, 10), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Checkpoints_TheFirstThatCoversAnEntry_IsFound()
    {
        await Store.WriteAsync(t => t.WriteCheckpointAsync(3, "three"));
        await Store.WriteAsync(t => t.WriteCheckpointAsync(7, "seven"));
        Assert.That(await Store.FindCheckpointAsync(), Is.EqualTo("seven"));
        Assert.That(await Store.FindCheckpointAsync(0), Is.EqualTo("three"));
        Assert.That(await Store.FindCheckpointAsync(2), Is.EqualTo("three"));
        Assert.That(await Store.FindCheckpointAsync(3), Is.EqualTo("seven"));
        Assert.That(await Store.FindCheckpointAsync(7), Is.Null);
    }

    [Test]
    public async Task Tiles_AreOverwrittenByTheirLongerSelves()
    {
        await Store.WriteAsync(t => t.WriteTileAsync(0, 5, Enumerable.Repeat((byte)1, 32).ToArray()));
        await Store.WriteAsync(t => t.WriteTileAsync(0, 5, Enumerable.Repeat((byte)2, 8192).ToArray()));
        await Store.WriteAsync(t => t.WriteTileAsync(1, 5, Enumerable.Repeat((byte)3, 64).ToArray()));
        Assert.That((await Store.ReadTileAsync(0, 5)).ToArray(), Is.EqualTo(Enumerable.Repeat((byte)2, 8192)));
        Assert.That((await Store.ReadTileAsync(1, 5)).ToArray(), Is.EqualTo(Enumerable.Repeat((byte)3, 64)));
        Assert.That((await Store.ReadTileAsync(0, 4)).Length, Is.Zero);
    }

    [Test]
    public async Task Registry_TheNewestDocument_IsRead()
    {
        Assert.That(await Store.ReadRegistryAsync(), Is.Null);
        PutDocument(1, "hub: a");
        PutDocument(2, "hub: b");
        Assert.That(await Store.ReadRegistryAsync(), Is.EqualTo((2L, "hub: b")));
    }

    [Test]
    public async Task AppState_IsScopedToItsApp_AndListedByPrefixInKeyOrder()
    {
        await Store.WriteAsync(async t =>
        {
            foreach (var key in new[] { "doc/2", "doc/10", "doc/1", "x", "do" }) await t.WriteAppStateAsync(Receiver, key, new byte[] { (byte)key.Length });
            await t.WriteAppStateAsync(Other, "doc/3", new byte[] { 9 });
            await t.WriteAppStateAsync(Receiver, "doc/2", ReadOnlyMemory<byte>.Empty);
            await t.WriteAppStateAsync(Receiver, "x", null);
        });
        Assert.That((await Store.ListAppStateAsync(Receiver, "doc/", 10)).Select(p => p.Key), Is.EqualTo(new[] { "doc/1", "doc/10", "doc/2" }));
        Assert.That((await Store.ListAppStateAsync(Receiver, "doc/", 2)).Select(p => p.Key), Is.EqualTo(new[] { "doc/1", "doc/10" }));
        Assert.That((await Store.ReadAppStateAsync(Receiver, "doc/2"))!.Value.Length, Is.Zero);
        Assert.That(await Store.ReadAppStateAsync(Receiver, "x"), Is.Null);
        Assert.That(await Store.ReadAppStateAsync(Other, "doc/1"), Is.Null);
        Assert.That(await Store.ListAppStateAsync(Sender, "", 10), Is.Empty);
    }

    [Test]
    public async Task Readers_BesideAWriter_SeeWholeGroupsOnly()
    {
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var reads = 0;
            do
            {
                var counts = await Store.ReadStatisticsAsync();
                Assert.That(counts.Messages % 5, Is.Zero);
                foreach (var message in (await Store.ListMessagesAsync(new MessageQuery { Limit = 5 })).Items)
                    Assert.That((await Store.ReadOctetsAsync(message.Key))!.Value.ToArray(), Is.EqualTo(Octets(message.Id)));
                reads++;
            }
            while (!stop.IsCancellationRequested);
            return reads;
        })).ToArray();
        for (var group = 0; group < 40; group++)
        {
            await Store.WriteAsync(async transaction =>
            {
                for (var i = 0; i < 5; i++)
                {
                    var message = NewMessage($"g{group}-{i}", SystemAddressOf(group), Start.AddMilliseconds(group));
                    await transaction.InsertMessageAsync(message, Octets(message.Id), [NewDelivery(message)]);
                }
            });
        }

        await stop.CancelAsync();
        Assert.That(await Task.WhenAll(readers), Has.All.GreaterThan(0));
        Assert.That((await Store.ReadStatisticsAsync()).Messages, Is.EqualTo(200));
    }

    private static Hub.Contracts.Addresses.SystemAddress SystemAddressOf(int n) => Hub.Contracts.Addresses.SystemAddress.Parse($"H06/app-{n}");
}
