using System.Collections.Concurrent;
using Hub.Contracts.Envelopes;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Storage;
using Hub.Tests.Trail;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

public abstract partial class SharedStoreContract
{
    private static readonly LogPlace Empty = new(0, null, DateTimeOffset.MinValue);
    private readonly ConcurrentQueue<StoreWake> _heardByA = [];
    private readonly ConcurrentQueue<StoreWake> _heardByB = [];

    /// <summary>Makes a store the one of a node, whose lease is as stated.</summary>
    private protected abstract Task JoinAsync(IHubStore store, string name, TimeSpan lease);

    [Test]
    public async Task TwoCommitters_Hammering_MakeOneLogWhoseReceiptsVerify()
    {
        const int Each = 400;
        await using var one = await CommitterAsync(A);
        await using var two = await CommitterAsync(B);
        var tickets = await Task.WhenAll(new[] { one, two }.SelectMany((committer, node) => Enumerable.Range(0, Each).Select(i =>
            Task.Run(() => committer.RunAsync(new UnitReads(MessageKey.Of(CommitterBench.Sender, $"{node}-{i}")), CommitterBench.Accept($"{node}-{i}")).AsTask()))));

        Assert.That(tickets.Select(t => t.Index).Order(), Is.EqualTo(Enumerable.Range(1, 2 * Each).Select(i => (long)i)), "consecutive, behind the entry that opened the log");
        var reader = new TrailReader(A);
        for (var i = 0; i < tickets.Length; i++)
        {
            var receipt = TrailReader.ReceiptOf(tickets[i]);
            Assert.That(receipt.Verify(DataFolder.Keys.LogVerifier).Failures, Is.Empty);
            if (i % 20 != 0) continue;
            var message = await B.FindMessageAsync(MessageKey.Of(CommitterBench.Sender, $"{i / Each}-{i % Each}"));
            Assert.That((await reader.ReceiptAsync(message!)).ToString(), Is.EqualTo(receipt.ToString()), "the message names its entry where it came to stand");
        }

        var head = await TrailHead.LoadAsync(B, DataFolder.Keys.LogVerifier);
        var entries = await B.ListEntriesAsync(0, (2 * Each) + 10);
        var naive = new NaiveTree([.. entries.Select(e => e.Header.ToArray())]);
        Assert.That(entries, Has.Count.EqualTo((2 * Each) + 1));
        Assert.That(head.Tree.Root(), Is.EqualTo(naive.Root(entries.Count)));
        Assert.That(entries.Select(e => e.ParseHeader().Time), Is.Ordered);
    }

    [Test]
    public async Task TwoCommitters_AcceptingTheSame_GiveTheSameReceipt()
    {
        await using var one = await CommitterAsync(A);
        await using var two = await CommitterAsync(B);
        var indexes = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var both = await Task.WhenAll(Task.Run(() => AcceptOnceAsync(one, $"m-{i}")), Task.Run(() => AcceptOnceAsync(two, $"m-{i}")));
            return (both[0], both[1]);
        }));
        Assert.That(indexes.Select(i => i.Item1), Is.EqualTo(indexes.Select(i => i.Item2)));
        Assert.That((await A.ReadStatisticsAsync()).Messages, Is.EqualTo(60));
    }

    [Test]
    public async Task TakeSeat_LogHasMoved_MovesWhatNamesEntries()
    {
        await using var late = await A.BeginAsync();
        await late.InsertMessageAsync(NewMessage("late") with { Entry = 0 }, Octets("late"), []);
        await AppendAsync(B, "early", Empty);
        var seat = await late.TakeSeatAsync(Empty);
        Assert.That((seat.Size, seat.Note), Is.EqualTo((1L, "note of 1")));
        await late.AppendEntriesAsync([NewEntry(1, NewMessage("late").Key)]);
        await late.WriteCheckpointAsync(2, "note of 2");
        await late.CommitAsync();
        Assert.That((await B.FindMessageAsync(NewMessage("late").Key))!.Entry, Is.EqualTo(1));
        Assert.That((await B.ListEntriesAsync(NewMessage("late").Key)).Select(e => e.Index), Is.EqualTo(new[] { 1L }));
    }

    [Test]
    public async Task TakeSeat_WhileAnotherHasIt_WaitsForItsCommit()
    {
        await using var first = await A.BeginAsync();
        await first.TakeSeatAsync(Empty);
        var second = AppendAsync(B, "second", Empty);
        await first.AppendEntriesAsync([NewEntry(0)]);
        await first.WriteCheckpointAsync(1, "note of 1");
        Assert.That(second.IsCompleted, Is.False);
        await first.CommitAsync();
        Assert.That(await second, Is.EqualTo(1));
    }

    [Test]
    public async Task TakeSeat_HolderStopsInTheMiddle_IsEndedAndTheOtherGoesOn()
    {
        await using var paused = await A.BeginAsync();
        await paused.InsertMessageAsync(NewMessage("paused"), Octets("paused"), []);
        await paused.TakeSeatAsync(Empty);
        Assert.That(await AppendAsync(B, "other", Empty), Is.Zero);

        await paused.AppendEntriesAsync([NewEntry(0, NewMessage("paused").Key)]);
        await paused.WriteCheckpointAsync(1, "fork");
        Assert.That(async () => await paused.CommitAsync(), Throws.TypeOf<StoreConflictException>().Or.TypeOf<StoreFailedException>());
        await paused.DisposeAsync();
        Assert.That(await B.FindCheckpointAsync(), Is.EqualTo("note of 1"));
        Assert.That(await B.FindMessageAsync(NewMessage("paused").Key), Is.Null);
        Assert.That(await AppendAsync(A, "again", Empty), Is.EqualTo(1), "it goes on with another connection");
    }

    [Test]
    public async Task Commit_LeaseHasEnded_IsLost()
    {
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        await AppendAsync(A, "before", Empty);
        await JoinAsync(A, "a", TimeSpan.Zero);
        Assert.That(async () => await A.AddAsync(NewMessage("late")), Throws.TypeOf<StoreConflictException>());
        Assert.That(async () => await AppendAsync(A, "late", Empty), Throws.TypeOf<StoreConflictException>());
        Assert.That(await B.FindMessageAsync(NewMessage("late").Key), Is.Null);
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        Assert.That(await AppendAsync(A, "late", Empty), Is.EqualTo(1));
    }

    [Test]
    public async Task Commit_AnotherIncarnationHasJoined_IsLost()
    {
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        await using var late = await A.BeginAsync();
        await late.InsertMessageAsync(NewMessage("late"), Octets("late"), []);
        await JoinAsync(B, "a", TimeSpan.FromMinutes(1));
        Assert.That(async () => await late.CommitAsync(), Throws.TypeOf<StoreConflictException>());
        await AppendAsync(B, "of the later one", Empty);
        Assert.That(await B.FindMessageAsync(NewMessage("late").Key), Is.Null);
    }

    [Test]
    public async Task Commit_TellsTheOtherNodeAndNotItself()
    {
        await JoinAsync(A, "a", TimeSpan.FromMinutes(1));
        await JoinAsync(B, "b", TimeSpan.FromMinutes(1));
        var message = NewMessage("m");
        // Listening may begin a little after opening: it is told again until it is heard.
        await UntilAsync(async i =>
        {
            await A.WriteAsync(async transaction =>
            {
                await transaction.InsertMessageAsync(NewMessage($"m{i}"), Octets("m"), [NewDelivery(NewMessage($"m{i}"), Other)]);
                transaction.Tell(message.Key);
            });
            return _heardByB.Any(w => w.Recipients.Contains(Other) && w.Messages.Contains(message.Key));
        });
        await A.WriteAsync(t => t.WriteRegistryAsync(new RegistryVersion(1, Start, "a", null, null, 0, [])));
        await UntilAsync(_ => Task.FromResult(_heardByB.Any(w => w.RegistryVersion == 1)));
        Assert.That(_heardByA, Is.Empty);
    }

    private protected static async Task UntilAsync(Func<int, Task<bool>> condition)
    {
        var deadline = Environment.TickCount64 + 15_000;
        for (var i = 0; !await condition(i); i++)
        {
            Assert.That(Environment.TickCount64, Is.LessThan(deadline), "not in time");
            await Task.Delay(20);
        }
    }

    private static async Task<GroupCommitter> CommitterAsync(IHubStore store)
    {
        var committer = new GroupCommitter(store, DataFolder.Keys, new HubSettings { DataDirectory = "", MaxGroup = CommitterBench.MaxGroup }, TimeProvider.System, NullLogger<GroupCommitter>.Instance);
        await committer.StartAsync();
        return committer;
    }

    private static async Task<long> AcceptOnceAsync(GroupCommitter committer, string id)
    {
        var key = MessageKey.Of(CommitterBench.Sender, id);
        // The index is read back: inside the unit it is not yet the last word.
        var (index, ticket) = await committer.RunAsync(new UnitReads(key), async scope => await scope.Transaction.FindMessageAsync(key) is { } known
            ? (known.Entry, (EntryTicket?)null)
            : (0, await CommitterBench.Accept(id)(scope)));
        return ticket?.Index ?? index;
    }

    /// <summary>Appends one entry about a new message; returns its index.</summary>
    private static async Task<long> AppendAsync(IHubStore store, string id, LogPlace expected)
    {
        await using var transaction = await store.BeginAsync();
        await transaction.InsertMessageAsync(NewMessage(id) with { Entry = expected.Size }, Octets(id), []);
        var seat = await transaction.TakeSeatAsync(expected);
        await transaction.AppendEntriesAsync([NewEntry(seat.Size, NewMessage(id).Key)]);
        await transaction.WriteCheckpointAsync(seat.Size + 1, $"note of {seat.Size + 1}");
        await transaction.CommitAsync();
        return seat.Size;
    }
}
