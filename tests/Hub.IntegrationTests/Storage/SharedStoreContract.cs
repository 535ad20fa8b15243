using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

/// <summary>What a store that nodes share promises beside <see cref="HubStoreContract"/>: two stores over one database, as two nodes
/// have them. Log, leases and wake-ups stand in the other parts.</summary>
public abstract partial class SharedStoreContract
{
    private protected IHubStore A { get; private set; } = null!;

    private protected IHubStore B { get; private set; } = null!;

    /// <summary>Another store over the same database, not yet open.</summary>
    private protected abstract IHubStore Create();

    [SetUp]
    public async Task OpenAsync()
    {
        (A, B) = (Create(), Create());
        _heardByA.Clear();
        _heardByB.Clear();
        A.Listen(wake => _heardByA.Enqueue(wake));
        B.Listen(wake => _heardByB.Enqueue(wake));
        await A.OpenAsync();
        await B.OpenAsync();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    [Test]
    public async Task Insert_SameKeyOnBoth_IsOneMessage()
    {
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        Assert.That(await first.FindMessageAsync(NewMessage("m").Key), Is.Null);
        Assert.That(await second.FindMessageAsync(NewMessage("m").Key), Is.Null);
        await first.InsertMessageAsync(NewMessage("m"), Octets("m"), [NewDelivery(NewMessage("m"))]);
        await second.InsertMessageAsync(NewMessage("m"), Octets("m"), [NewDelivery(NewMessage("m"))]);
        await first.CommitAsync();

        Assert.That(async () => await second.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        Assert.That(await B.ListDeliveriesAsync(NewMessage("m").Key), Has.Count.EqualTo(1));
        Assert.That((await A.ReadStatisticsAsync()).Messages, Is.EqualTo(1));
    }

    [Test]
    public async Task Claim_OnBothAtOnce_NeverGivesADeliveryTwice()
    {
        const int Deliveries = 300;
        await A.WriteAsync(async transaction =>
        {
            for (var i = 0; i < Deliveries; i++)
                await transaction.InsertMessageAsync(NewMessage($"m{i}") with { Priority = i % 5 }, Octets("m"), [NewDelivery(NewMessage($"m{i}"))]);
        });

        var claimed = await Task.WhenAll(new[] { A, B }.Select(store => Task.Run(async () =>
        {
            List<long> taken = [];
            while (await store.ClaimAsync(Start, limit: 7) is { Count: > 0 } some) taken.AddRange(some.Select(d => d.Id));
            return taken;
        })));
        Assert.That(claimed.SelectMany(ids => ids), Is.Unique);
        Assert.That(claimed.Sum(ids => ids.Count), Is.EqualTo(Deliveries));
    }

    [Test]
    public async Task Claim_WhatAnotherTransactionHolds_IsPassedOverWithoutWaiting()
    {
        foreach (var id in new[] { "a", "b" }) await A.AddAsync(NewMessage(id));
        await using var holding = await A.BeginAsync();
        var first = await holding.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 1);
        var second = await B.ClaimAsync(Start, limit: 2);
        Assert.That(second.Select(d => d.Id), Has.Exactly(1).Items);
        Assert.That(second[0].Id, Is.Not.EqualTo(first[0].Id));
    }

    [Test]
    public async Task Claim_OfALaneWhoseFirstAnotherTransactionHolds_TakesNoneOfIt()
    {
        foreach (var id in new[] { "first", "second" })
            await A.AddAsync(NewMessage(id), NewDelivery(NewMessage(id)) with { Lane = "H06/qlvb c" });
        await using var holding = await A.BeginAsync();
        var first = await holding.ClaimAsync(Receiver, Start, Start.AddMinutes(1), 2);
        Assert.That(first, Has.Count.EqualTo(1));
        Assert.That(await B.ClaimAsync(Start), Is.Empty);
        await holding.UpdateDeliveryAsync(first[0] with { State = DeliveryState.Delivered, Claim = null, ClaimedUntil = null });
        Assert.That(await B.ClaimAsync(Start), Is.Empty, "not committed yet");
        await holding.CommitAsync();
        Assert.That(await B.ClaimAsync(Start), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Update_OfOneDeliveryOnBoth_OneWinsAndTheOtherConflicts()
    {
        var id = (await A.AddAsync(NewMessage("m")))[0];
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        var (seenByFirst, seenBySecond) = (await first.FindDeliveryAsync(id), await second.FindDeliveryAsync(id));
        await first.UpdateDeliveryAsync(seenByFirst! with { State = DeliveryState.Cancelled });
        await second.UpdateDeliveryAsync(seenBySecond! with { State = DeliveryState.Dead });
        await first.CommitAsync();
        Assert.That(async () => await second.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        Assert.That((await B.FindDeliveryAsync(id))!.State, Is.EqualTo(DeliveryState.Cancelled));
        Assert.That((await B.ReadStatisticsAsync()).Deliveries[DeliveryState.Cancelled], Is.EqualTo(1));
        Assert.That((await B.ReadStatisticsAsync()).Deliveries[DeliveryState.Dead], Is.Zero);
    }

    [Test]
    public async Task FindHeld_ChangedByAnotherNodeSince_IsFoundOutAtTheLatestByTheChange()
    {
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        var message = NewMessage("m");
        var held = NewDelivery(message) with { State = DeliveryState.Claimed, Claim = "own", ClaimedUntil = Start.AddMinutes(1), Node = (await ((INodeStore)A).ListNodesAsync())[0].Number };
        long id = 0;
        await A.WriteAsync(async transaction => id = (await transaction.InsertMessageAsync(message, Octets("m"), [held]))[0]);
        await B.WriteAsync(async transaction => await transaction.UpdateDeliveryAsync((await transaction.FindDeliveryAsync(id))! with { State = DeliveryState.Cancelled, Claim = null }));

        var found = false;
        Assert.That(async () => await SettleAsync(), Throws.TypeOf<StoreConflictException>());
        await SettleAsync();
        Assert.That(found, Is.False, "the second look is not the first's");
        Assert.That((await A.FindDeliveryAsync(id))!.State, Is.EqualTo(DeliveryState.Cancelled));

        async Task SettleAsync()
        {
            await using var transaction = await A.BeginAsync();
            await transaction.PreloadAsync([], [id]);
            var current = await transaction.FindHeldAsync(id, "own");
            found = current is not null;
            if (current is not null) await transaction.UpdateDeliveryAsync(current with { State = DeliveryState.Delivered });
            await transaction.CommitAsync();
        }
    }

    [Test]
    public async Task FindHeld_NothingChanged_SettlesIt([Values] bool another)
    {
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        var message = NewMessage("m");
        var held = NewDelivery(message) with { State = DeliveryState.Claimed, Claim = "own", ClaimedUntil = Start.AddMinutes(1), Node = (await ((INodeStore)A).ListNodesAsync())[0].Number };
        long id = 0;
        await A.WriteAsync(async transaction => id = (await transaction.InsertMessageAsync(message, Octets("m"), [held]))[0]);
        await (another ? B : A).WriteAsync(async transaction =>
        {
            await transaction.PreloadAsync([], [id]);
            Assert.That(await transaction.FindHeldAsync(id, "other"), Is.Null);
            await transaction.UpdateDeliveryAsync((await transaction.FindHeldAsync(id, "own"))! with { State = DeliveryState.Delivered });
        });
        Assert.That((await B.FindDeliveryAsync(id))!.State, Is.EqualTo(DeliveryState.Delivered));
        await (another ? B : A).WriteAsync(async transaction => Assert.That(await transaction.FindHeldAsync(id, "own"), Has.Property("State").EqualTo(DeliveryState.Delivered)));
    }

    [Test]
    public async Task Update_OfADeliveryThatWasClaimedMeanwhile_Conflicts()
    {
        var id = (await A.AddAsync(NewMessage("m")))[0];
        await using var transaction = await A.BeginAsync();
        var seen = await transaction.FindDeliveryAsync(id);
        await B.ClaimAsync(Start);
        await transaction.UpdateDeliveryAsync(seen! with { State = DeliveryState.Cancelled });
        Assert.That(async () => await transaction.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        Assert.That((await B.FindDeliveryAsync(id))!.State, Is.EqualTo(DeliveryState.Claimed));
    }

    [Test]
    public async Task WriteProposal_OnBoth_OneWinsAndTheOtherConflicts([Values] bool isNew)
    {
        var proposal = new ProposalRecord("P1", "change", "pending", Start, "{}");
        if (!isNew) await A.WriteAsync(t => t.WriteProposalAsync(proposal));
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        Assert.That(await first.FindProposalAsync("P1") is null, Is.EqualTo(isNew));
        Assert.That(await second.FindProposalAsync("P1") is null, Is.EqualTo(isNew));
        await first.WriteProposalAsync(proposal with { State = "applied" });
        await second.WriteProposalAsync(proposal with { State = "rejected" });
        await first.CommitAsync();
        Assert.That(async () => await second.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        await second.DisposeAsync();
        Assert.That((await B.WriteAsync(t => t.FindProposalAsync("P1")))!.State, Is.EqualTo("applied"));
    }

    [Test]
    public async Task AppState_CheckedAndWrittenOnBoth_LosesNoWrite()
    {
        const int Each = 25;
        await Task.WhenAll(new[] { A, B }.Select(store => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await store.WriteAsync(async transaction =>
                {
                    var count = await transaction.ReadAppStateAsync(Receiver, "count");
                    await transaction.WriteAppStateAsync(Receiver, "count", new[] { (byte)((count?.Span[0] ?? 0) + 1) });
                });
            }
        })));
        Assert.That((await A.ReadAppStateAsync(Receiver, "count"))!.Value.ToArray(), Is.EqualTo(new byte[] { 2 * Each }));
    }

    [Test]
    public async Task AppState_OfTwoAppsTakenCrosswise_EndsInAConflictAndNotInAWait()
    {
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        await first.ReadAppStateAsync(Receiver, "k");
        await second.ReadAppStateAsync(Other, "k");
        var began = TimeProvider.System.GetTimestamp();
        var waiting = first.ReadAppStateAsync(Other, "k").AsTask();
        Assert.That(async () => await second.ReadAppStateAsync(Receiver, "k"), Throws.TypeOf<StoreConflictException>());
        await second.DisposeAsync();
        await waiting;
        Assert.That(TimeProvider.System.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(1)), "the database's own search for deadlocks takes a second");
    }

    [Test]
    public async Task Ids_GrowWithAcceptance_WhicheverNodeAccepts()
    {
        List<long> ids = [];
        for (var i = 0; i < 12; i++) ids.AddRange(await (i % 2 == 0 ? A : B).AddAsync(NewMessage($"m{i}")));
        Assert.That(ids, Is.Ordered.And.Unique);
    }

    [Test]
    public async Task WriteRegistry_OnBoth_OneWinsAndTheOtherConflicts()
    {
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        await first.WriteRegistryAsync(new RegistryVersion(1, Start, "a", null, null, 0, []));
        await second.WriteRegistryAsync(new RegistryVersion(1, Start, "b", null, null, 0, []));
        await first.CommitAsync();
        Assert.That(async () => await second.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        await second.DisposeAsync();
        Assert.That(async () => await B.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(1, Start, "b", null, null, 0, []))), Throws.TypeOf<StoreConflictException>());
        Assert.That((await B.ListRegistryVersionsAsync(0, 10)).Select(v => v.Actor), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public async Task ReadRegistryVersion_ChangedBeforeTheSeatIsTaken_Conflicts()
    {
        await using var accepting = await A.BeginAsync();
        Assert.That(await accepting.ReadRegistryVersionAsync(), Is.Zero);
        await B.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(1, Start, "b", null, null, 0, [])));
        await accepting.InsertMessageAsync(NewMessage("m"), Octets("m"), []);
        Assert.That(async () => await accepting.TakeSeatAsync(new LogPlace(0, null, DateTimeOffset.MinValue)), Throws.TypeOf<StoreConflictException>());
    }
}
