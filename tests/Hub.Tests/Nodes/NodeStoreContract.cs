using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Storage;

namespace Hub.Tests.Nodes;

/// <summary>What every store of nodes promises: leases, incarnations, duties, and that late work is not committed.</summary>
public abstract class NodeStoreContract
{
    private const string Duty = Duties.Takeover;
    private static readonly string[] Wanted = [Duty];

    /// <summary>A lease long enough that it does not end while a test runs.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>A lease that a test waits for.</summary>
    protected abstract TimeSpan BriefLease { get; }

    private Member _a = null!;
    private Member _b = null!;

    /// <summary>One process over the hub's store.</summary>
    /// <param name="Nodes">The nodes as it sees them.</param>
    /// <param name="Store">The store as it writes to it.</param>
    public sealed record Member(INodeStore Nodes, IHubStore Store);

    /// <summary>A new hub, whose store nobody has joined.</summary>
    protected abstract ValueTask NewHubAsync();

    /// <summary>One more process over the same store; the test's end disposes of it.</summary>
    protected abstract ValueTask<Member> NewMemberAsync();

    /// <summary>Waits until the store's clock has passed the end of a brief lease that began before.</summary>
    protected abstract ValueTask PassBriefLeaseAsync();

    [SetUp]
    public async Task MakeMembersAsync()
    {
        await NewHubAsync();
        (_a, _b) = (await NewMemberAsync(), await NewMemberAsync());
    }

    [Test]
    public async Task Join_SameName_IsTheSameNumberAndANewIncarnation()
    {
        var first = await JoinAsync(_a, "a");
        var again = await JoinAsync(_b, "a");
        Assert.That((again.Number, again.Incarnation > first.Incarnation), Is.EqualTo((first.Number, true)));
        Assert.That((await _a.Nodes.ListNodesAsync()).Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Join_ManyAtOnce_EachNameGetsANumberOfItsOwn()
    {
        var members = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => await NewMemberAsync()));
        var joined = await Task.WhenAll(members.Select((m, i) => JoinAsync(m, $"n{i % 3}")));
        Assert.That(joined.GroupBy(static n => n.Card.Name).Select(static same => same.Select(static n => n.Number).Distinct().Single()), Is.Unique.And.All.Positive);
        Assert.That(joined.Select(static n => (n.Number, n.Incarnation)), Is.Unique);
    }

    [Test]
    public async Task Join_ListsWhatTheNodeSaidOfItself()
    {
        var card = new NodeCard("hub-1.x", "https://hub.example", "1.2.3");
        await _a.Nodes.JoinAsync(card, Long);
        var listed = (await _b.Nodes.ListNodesAsync()).Single();
        Assert.That((listed.Card, listed.Alive, listed.Until - listed.Joined), Is.EqualTo((card, true, Long)));
    }

    [Test]
    public async Task Beat_AnotherIncarnationJoined_IsRefused_AndNothingIsCommitted()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "a");
        Assert.That(await _a.Nodes.BeatAsync(Wanted, Long), Is.Null);
        Assert.That(await CommitsAsync(_a, "late"), Is.False);
        Assert.That(await CommitsAsync(_b, "in time"), Is.True);
    }

    [Test]
    public async Task Beat_LeaseEnded_IsRefused_AndNothingIsCommittedUntilItJoins()
    {
        await JoinAsync(_a, "a", BriefLease);
        Assert.That(await CommitsAsync(_a, "in time"), Is.True);
        await PassBriefLeaseAsync();
        Assert.That(await _a.Nodes.BeatAsync(Wanted, Long), Is.Null);
        Assert.That(await CommitsAsync(_a, "late"), Is.False);
        Assert.That((await _a.Nodes.ListNodesAsync()).Single().Alive, Is.False);
        await JoinAsync(_a, "a");
        Assert.That(await CommitsAsync(_a, "late"), Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Commit_TransactionBegunBeforeTheNodeJoinedAgain_IsRefused(bool bySameProcess)
    {
        await JoinAsync(_a, "a");
        await using (var begun = await _a.Store.BeginAsync())
        {
            await begun.WriteAppStateAsync(StoreSamples.Sender, "late", new byte[1]);
            await JoinAsync(bySameProcess ? _a : _b, "a");
            Assert.That(async () => await begun.CommitAsync(), Throws.InstanceOf<StoreConflictException>());
        }

        Assert.That(await HasAsync(_b, "late"), Is.False);
    }

    [Test]
    public async Task Beat_RenewsTheLease()
    {
        await JoinAsync(_a, "a", BriefLease);
        await _a.Nodes.BeatAsync([], Long);
        await PassBriefLeaseAsync();
        Assert.That(await _a.Nodes.BeatAsync([], Long), Is.Not.Null);
        Assert.That(await CommitsAsync(_a, "in time"), Is.True);
    }

    [Test]
    public async Task Duty_HeldByOne_IsNotAnothers()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "b");
        Assert.That(await TermAsync(_a), Is.EqualTo(1));
        Assert.That(await TermAsync(_b), Is.Null);
        Assert.That(await TermAsync(_a), Is.EqualTo(1), "renewed");
        var duty = (await _b.Nodes.ListDutiesAsync()).Single();
        Assert.That((duty.Name, duty.Node, duty.Term, duty.Held), Is.EqualTo((Duty, 1, 1L, true)));
    }

    [Test]
    public async Task Duty_WantedByManyAtOnce_IsHeldByOne()
    {
        var members = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            var member = await NewMemberAsync();
            await JoinAsync(member, $"n{i}");
            return member;
        }));
        for (var round = 0; round < 3; round++)
        {
            var terms = await Task.WhenAll(members.Select(m => TermAsync(m)));
            Assert.That(terms.Where(static t => t is not null), Is.EqualTo(new long?[] { round + 1 }));
            await members[terms.AsSpan().IndexOf((long?)(round + 1))].Nodes.BeatAsync([], Long);
        }
    }

    [Test]
    public async Task Duty_HoldersLeaseEnds_PassesOnInTheNextTerm_NotBefore()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "b");
        await _a.Nodes.BeatAsync(Wanted, BriefLease);
        Assert.That(await TermAsync(_b), Is.Null);
        await PassBriefLeaseAsync();
        Assert.That(await TermAsync(_b), Is.EqualTo(2));
        await JoinAsync(_a, "a");
        Assert.That(await TermAsync(_a), Is.Null);
    }

    [Test]
    public async Task Duty_HolderJoinsAgain_ItsTermIsNew()
    {
        await JoinAsync(_a, "a");
        await TermAsync(_a);
        await JoinAsync(_a, "a");
        Assert.That((await _a.Nodes.ListDutiesAsync()).Single().Held, Is.False);
        Assert.That(await TermAsync(_a), Is.EqualTo(2), "what was begun in the first is another incarnation's");
    }

    [Test]
    public async Task Duty_NotWantedAnyMore_IsFreeAtOnce()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "b");
        await _a.Nodes.BeatAsync([Duty, Duties.Expiry], Long);
        var beat = await _a.Nodes.BeatAsync([Duties.Expiry], Long);
        Assert.That(beat!.Duties.Keys, Is.EqualTo(new[] { Duties.Expiry }));
        Assert.That(await TermAsync(_b), Is.EqualTo(2));
    }

    [Test]
    public async Task Leave_LeaseAndDutiesEndAtOnce()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "b");
        await TermAsync(_a);
        await _a.Nodes.LeaveAsync();
        Assert.That(await TermAsync(_b), Is.EqualTo(2));
        Assert.That((await _b.Nodes.ListNodesAsync()).Select(static n => n.Alive), Is.EqualTo(new[] { false, true }));
        Assert.That(await CommitsAsync(_a, "late"), Is.False);
    }

    [Test]
    public async Task RequireDuty_HeldInThatTerm_Commits_OtherwiseNot()
    {
        await JoinAsync(_a, "a");
        await JoinAsync(_b, "b");
        await _a.Nodes.BeatAsync(Wanted, BriefLease);
        Assert.That(await CommitsAsync(_a, "held", term: 1), Is.True);
        Assert.That(await CommitsAsync(_a, "another term", term: 2), Is.False);
        Assert.That(await CommitsAsync(_b, "another's", term: 1), Is.False);
        await _a.Nodes.BeatAsync([], Long);
        Assert.That(await CommitsAsync(_a, "given up", term: 1), Is.False);
        Assert.That(await CommitsAsync(_a, "no duty asked for"), Is.True);
    }

    [Test]
    public async Task Dead_NodeThatHoldsClaims_IsListedUntilTheyAreReleased()
    {
        var dead = await JoinAsync(_a, "a", BriefLease);
        var living = await JoinAsync(_b, "b");
        await ClaimAsync(_a, dead.Number, "one");
        await ClaimAsync(_b, living.Number, "two");
        Assert.That((await _b.Nodes.BeatAsync([], Long))!.Dead, Is.Empty);
        await PassBriefLeaseAsync();
        Assert.That((await _b.Nodes.BeatAsync([], Long))!.Dead, Is.EqualTo(new[] { dead.Number }));

        await using (var transaction = await _b.Store.BeginAsync())
        {
            Assert.That(await transaction.ReleaseClaimsAsync(dead.Number, StoreSamples.Start, 10), Has.Count.EqualTo(1));
            await transaction.CommitAsync();
        }

        Assert.That((await _b.Nodes.BeatAsync([], Long))!.Dead, Is.Empty);
    }

    [Test]
    public async Task Beat_TellsTheStoresClock()
    {
        var joined = await JoinAsync(_a, "a");
        var first = (await _a.Nodes.BeatAsync([], BriefLease))!.Time;
        await PassBriefLeaseAsync();
        await JoinAsync(_a, "a");
        var second = (await _a.Nodes.BeatAsync([], Long))!.Time;
        Assert.That(first, Is.GreaterThanOrEqualTo(joined.Joined));
        Assert.That(second - first, Is.GreaterThanOrEqualTo(BriefLease));
    }

    private static Task<NodeRecord> JoinAsync(Member member, string name, TimeSpan? lease = null) => member.Nodes.JoinAsync(new NodeCard(name, null, "1.0.0"), lease ?? Long).AsTask();

    private static async Task<long?> TermAsync(Member member) => (await member.Nodes.BeatAsync(Wanted, Long))!.Duties.TryGetValue(Duty, out var term) ? term : null;

    /// <summary>Whether a write becomes durable; with a term only if the duty is held in it.</summary>
    private static async Task<bool> CommitsAsync(Member member, string key, long? term = null)
    {
        bool isCommitted;
        await using (var transaction = await member.Store.BeginAsync())
        {
            try
            {
                if (term is { } required) await transaction.RequireDutyAsync(Duty, required);
                await transaction.WriteAppStateAsync(StoreSamples.Sender, key, new byte[1]);
                await transaction.CommitAsync();
                isCommitted = true;
            }
            catch (StoreConflictException)
            {
                isCommitted = false;
            }
        }

        Assert.That(await HasAsync(member, key), Is.EqualTo(isCommitted), key);
        return isCommitted;
    }

    private static async Task<bool> HasAsync(Member member, string key)
    {
        await using var transaction = await member.Store.BeginAsync();
        return await transaction.ReadAppStateAsync(StoreSamples.Sender, key) is not null;
    }

    private static async Task ClaimAsync(Member member, int node, string id)
    {
        var message = StoreSamples.NewMessage(id);
        await using var transaction = await member.Store.BeginAsync();
        await transaction.InsertMessageAsync(message, new byte[1], [StoreSamples.NewDelivery(message)]);
        Assert.That((await transaction.ClaimAsync(StoreSamples.Receiver, StoreSamples.Start, StoreSamples.Start.AddHours(1), 1, node: node)).Count, Is.EqualTo(1));
        await transaction.CommitAsync();
    }
}
