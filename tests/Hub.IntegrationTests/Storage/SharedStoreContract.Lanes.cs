using Hub.Core.Storage;
using Hub.Tests.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.IntegrationTests.Storage;

// Order within conversations while two nodes write. No test here lets the poll mend anything but the one that is about it.
public abstract partial class SharedStoreContract
{
    private const string Lane = "H06/qlvb c1";

    [Test]
    public async Task Lane_EndedOnOneWhileTheOtherInserts_StrandsNothingAndKeepsItsOrder()
    {
        const int Messages = 250;
        var inserting = Task.Run(async () =>
        {
            for (var i = 0; i < Messages; i++) await AddToLaneAsync(B, $"m{i}");
        });
        List<string> taken = [];
        while (taken.Count < Messages)
        {
            var inserted = inserting.IsCompleted;
            var claimed = await A.ClaimAsync(Start);
            Assert.That(claimed, Has.Count.LessThan(2));
            if (claimed.Count == 0)
            {
                if (inserted) break;
                continue;
            }

            taken.Add((await A.FindMessageAsync(claimed[0].Message))!.Id);
            await EndAsync(A, claimed[0], DeliveryState.Delivered);
        }

        await inserting;
        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, Messages).Select(i => $"m{i}")));
    }

    [Test]
    public async Task Lane_WhoseFrontEndsInATransactionBesideAnInsert_GoesOn([Values] bool insertIsFirst)
    {
        await AddToLaneAsync(A, "first");
        var front = (await A.ClaimAsync(Start)).Single();
        await using var ending = await A.BeginAsync();
        await using var inserting = await B.BeginAsync();
        var (first, second) = insertIsFirst ? (inserting, ending) : (ending, inserting);
        await WriteAsync(first);
        var waiting = Task.Run(async () =>
        {
            await WriteAsync(second);
            await second.CommitAsync();
        });
        await UntilAsync(_ => IsWaitingAsync());
        await first.CommitAsync();
        await waiting;
        Assert.That(await B.ClaimAsync(Start), Has.Count.EqualTo(1));

        async Task WriteAsync(IStoreTransaction transaction)
        {
            var message = NewMessage("second");
            if (transaction == ending) await transaction.UpdateDeliveryAsync(front with { State = DeliveryState.Delivered, Claim = null, ClaimedUntil = null });
            else await transaction.InsertMessageAsync(message, Octets("m"), [NewDelivery(message) with { Lane = Lane }]);
            // Sends what is staged.
            await transaction.ClaimAsync(Other, Start, Start.AddMinutes(1), 1);
        }
    }

    [Test]
    public async Task Lanes_TakenCrosswise_EndInAConflictAndNotInAWait()
    {
        await using var first = await A.BeginAsync();
        await using var second = await B.BeginAsync();
        await InsertAsync(first, "a", "1");
        await InsertAsync(second, "b", "2");
        var waiting = Task.Run(() => InsertAsync(first, "c", "2"));
        Assert.That(async () => await InsertAsync(second, "d", "1"), Throws.TypeOf<StoreConflictException>());
        await second.DisposeAsync();
        await waiting;

        static async Task InsertAsync(IStoreTransaction transaction, string id, string lane)
        {
            var message = NewMessage(id);
            await transaction.InsertMessageAsync(message, Octets(id), [NewDelivery(message) with { Lane = lane }]);
            await transaction.ClaimAsync(Other, Start, Start.AddMinutes(1), 1);
        }
    }

    [TestCase(DeliveryState.Delivered)]
    [TestCase(DeliveryState.Cancelled)]
    [TestCase(DeliveryState.Dead)]
    public async Task Lane_FrontEnded_TheOtherHearsThatTheNextMayBeClaimed(DeliveryState end)
    {
        await UntilAsync(async i =>
        {
            await AddToLaneAsync(A, $"first{i}", $"{Lane}-{i}");
            await AddToLaneAsync(A, $"next{i}", $"{Lane}-{i}");
            var front = (await A.ClaimAsync(Start)).Single();
            await Task.Delay(100);
            _heardByB.Clear();
            await EndAsync(A, front, end);
            return (await A.ClaimAsync(Start)).Count == 1 && _heardByB.Any(w => w.Recipients.Contains(Receiver));
        });
    }

    [Test]
    public async Task Lane_WithoutAFront_GoesOnAfterThePoll()
    {
        await AddToLaneAsync(A, "first");
        await AddToLaneAsync(A, "second");
        await StrandAsync();
        Assert.That(await A.ClaimAsync(Start), Is.Empty);
        await A.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10));
        Assert.That(await B.WriteAsync(t => t.ListRecipientsDueAsync(Start, 10)), Is.EqualTo(new[] { Receiver }));
        Assert.That(await B.ClaimAsync(Start), Has.Count.EqualTo(1));
    }

    /// <summary>Breaks what the schema promises: all deliveries of lanes stand behind.</summary>
    private protected abstract Task StrandAsync();

    /// <summary>Whether a transaction waits for a lane.</summary>
    private protected abstract Task<bool> IsWaitingAsync();

    private static Task AddToLaneAsync(IHubStore store, string id, string lane = Lane) =>
        store.AddAsync(NewMessage(id), NewDelivery(NewMessage(id)) with { Lane = lane });

    private static Task EndAsync(IHubStore store, DeliveryRecord delivery, DeliveryState state) =>
        store.WriteAsync(t => t.UpdateDeliveryAsync(delivery with { State = state, Claim = null, ClaimedUntil = null, Changed = Start }));
}
