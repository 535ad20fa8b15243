using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    [Test]
    public async Task ReadRegistryState_NothingWritten_IsNull()
    {
        Assert.That(await Store.ReadRegistryStateAsync(), Is.Null);
        Assert.That(await Store.ReadRegistryStateAsync(1), Is.Null);
        Assert.That(await Store.FindRegistryVersionAsync(Start), Is.Null);
        Assert.That(await Store.ListRegistryVersionsAsync(0, 200), Is.Empty);
        Assert.That(await Store.ListRegistryHistoryAsync("agencies", "H06"), Is.Empty);
        Assert.That(await Store.FindProposalAsync("01JAAAAAAAAAAAAAAAAAAAAAA1"), Is.Null);
        Assert.That((await Store.ListProposalsAsync(null, null, 10)).Items, Is.Empty);
    }

    [Test]
    public async Task ReadRegistryState_AnyVersion_IsTheStateOfItsTime()
    {
        await WriteHistoryAsync();

        Assert.That(await StateAsync(1), Is.EqualTo(new[] { "agencies H06 {\"n\":1}", "agencies H06.40 {\"n\":1}" }));
        Assert.That(await StateAsync(2), Is.EqualTo(new[] { "agencies H06 {\"n\":1}", "rights r-1 {\"từ\":\"📄\"}" }));
        Assert.That(await StateAsync(3), Is.EqualTo(new[] { "agencies H06 {\"n\":3}", "agencies H06.40 {\"n\":3}", "rights r-1 {\"từ\":\"📄\"}" }));
        Assert.That(await StateAsync(null), Is.EqualTo(await StateAsync(3)));
        Assert.That((await Store.ReadRegistryStateAsync())!.Version, Is.EqualTo(3));
        Assert.That((await Store.ReadRegistryStateAsync(2))!.Version, Is.EqualTo(2));
    }

    [Test]
    public async Task ReadRegistryState_NoSuchVersion_IsNull([Values(-1, 0, 4)] long version)
    {
        await WriteHistoryAsync();
        Assert.That(await Store.ReadRegistryStateAsync(version), Is.Null);
    }

    [Test]
    public async Task ListKeyHistory_OfOneSystem_IsOfItsKeysAlone()
    {
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(1, new RegistryObject("keys", "H06/qlvb k1", "{}"))));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(2, new RegistryObject("keys", "H06/qlvb k2", "{}"), new RegistryObject("keys", "H06/qlvb2 k2", "{}"), new RegistryObject("systems", "H06/qlvb", "{}"))));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(3, new RegistryObject("keys", "H06/qlvb k2", null), new RegistryObject("keys", "H06/qlvb k1", """{"n":3}"""))));
        var system = Hub.Contracts.Addresses.SystemAddress.Parse("H06/qlvb");
        Assert.That((await Store.ListKeyHistoryAsync(system, 0)).Select(o => $"{o.Id} {o.Json}"), Is.EqualTo(new[] { "H06/qlvb k1 {}", "H06/qlvb k2 {}", "H06/qlvb k1 {\"n\":3}" }));
        Assert.That((await Store.ListKeyHistoryAsync(system, 2)).Select(o => o.Id), Is.EqualTo(new[] { "H06/qlvb k1" }));
    }

    [Test]
    public async Task WriteRegistry_NotTheNextVersion_IsAMistake([Values(1, 3, 5)] long version)
    {
        await WriteHistoryAsync();
        var refusal = Store.IsShared && version <= 3 ? Throws.TypeOf<StoreConflictException>() : Throws.InvalidOperationException;
        Assert.That(async () => await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(version))), refusal, "a version that is there may be another node's");
        Assert.That((await Store.ReadRegistryStateAsync())!.Version, Is.EqualTo(3));
    }

    [Test]
    public void WriteRegistry_FirstVersionNotOne_IsAMistake([Values(0, 2)] long version) =>
        Assert.That(async () => await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(version))), Throws.InvalidOperationException);

    [Test]
    public async Task WriteRegistry_OnAHubFromBefore_GoesOnFromItsDocument([Values(7, 8)] long first)
    {
        PutDocument(7, "hub: a");
        Assert.That(await Store.ReadRegistryStateAsync(), Is.Null);
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(first, new RegistryObject("agencies", "H06", "{}"))));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(first + 1)));
        Assert.That((await Store.ReadRegistryStateAsync())!.Version, Is.EqualTo(first + 1));
        Assert.That(await Store.ReadRegistryAsync(), Is.EqualTo((7L, "hub: a")));
    }

    [Test]
    public async Task ListRegistryVersions_GivesEveryMember_OldestFirst()
    {
        await WriteHistoryAsync();
        var all = await Store.ListRegistryVersionsAsync(0, 200);
        Assert.That(all.Select(v => v.Version), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(all[1] with { Changes = [] }, Is.EqualTo(new RegistryVersion(2, Start.AddDays(2), "operator:lan", "operator:minh, system H06/qlvb", "Nghị quyết 202", 42, [])));
        Assert.That(all[1].Changes, Is.EqualTo(new[] { new RegistryObject("agencies", "H06.40", null), new RegistryObject("rights", "r-1", "{\"từ\":\"📄\"}") }));
        Assert.That((all[0].ApprovedBy, all[0].Reason), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task ListRegistryVersions_PageByPage_GivesEachOnce()
    {
        for (var version = 1; version <= 7; version++) await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(version)));
        var seen = new List<long>();
        for (var page = await Store.ListRegistryVersionsAsync(0, 3); page.Count > 0; page = await Store.ListRegistryVersionsAsync(seen[^1], 3)) seen.AddRange(page.Select(v => v.Version));
        Assert.That(seen, Is.EqualTo(Enumerable.Range(1, 7)));
    }

    [Test]
    public async Task FindRegistryVersion_AtAnInstant_IsTheLastUntilThen()
    {
        await WriteHistoryAsync();
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddDays(1).AddTicks(-1)), Is.Null);
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddDays(1)), Is.EqualTo(1));
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddDays(3).AddTicks(-1)), Is.EqualTo(2));
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddYears(50)), Is.EqualTo(3));
    }

    [Test]
    public async Task FindRegistryVersion_TwoOfOneInstant_IsTheLater()
    {
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(1)));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(2) with { Time = Start.AddDays(1) }));
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddDays(1)), Is.EqualTo(2));
    }

    [Test]
    public async Task FindRegistryVersion_AfterTheClockWasSetBack_IsTheLater()
    {
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(1)));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(2) with { Time = Start.AddHours(23) }));
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddHours(23)), Is.EqualTo(2));
        Assert.That(await Store.FindRegistryVersionAsync(Start.AddDays(2)), Is.EqualTo(2));
    }

    [Test]
    public async Task ListRegistryHistory_OfOneObject_GivesEveryVersionOfIt()
    {
        await WriteHistoryAsync();
        var history = await Store.ListRegistryHistoryAsync("agencies", "H06.40");
        Assert.That(history.Select(v => (v.Version, v.Changes.Single())), Is.EqualTo(new[]
        {
            (1L, new RegistryObject("agencies", "H06.40", "{\"n\":1}")), (2L, new RegistryObject("agencies", "H06.40", null)), (3L, new RegistryObject("agencies", "H06.40", "{\"n\":3}")),
        }));
        Assert.That((history[1].Time, history[1].Actor, history[1].ApprovedBy, history[1].Reason, history[1].Entry), Is.EqualTo((Start.AddDays(2), "operator:lan", "operator:minh, system H06/qlvb", "Nghị quyết 202", 42L)));
        Assert.That((await Store.ListRegistryHistoryAsync("agencies", "H06.40", until: 2)).Select(v => v.Version), Is.EqualTo(new[] { 1L, 2L }));
        Assert.That(await Store.ListRegistryHistoryAsync("systems", "H06.40"), Is.Empty, "sections have ids of their own");
    }

    [Test]
    public async Task ListRegistryHistory_OfMoreThanAPage_GivesTheNewest()
    {
        for (var version = 1; version <= 203; version++) await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(version, new RegistryObject("agencies", "H06", $"{{\"n\":{version}}}"))));
        Assert.That((await Store.ListRegistryHistoryAsync("agencies", "H06")).Select(v => v.Version), Is.EqualTo(Enumerable.Range(4, 200)));
        Assert.That((await Store.ListRegistryHistoryAsync("agencies", "H06", until: 201)).Select(v => v.Version), Is.EqualTo(Enumerable.Range(2, 200)));
    }

    [Test]
    public async Task WriteRegistry_NotCommitted_IsSeenByNobodyAndLeavesNothing()
    {
        await WriteHistoryAsync();
        await using (var transaction = await Store.BeginAsync())
        {
            await transaction.WriteRegistryAsync(NewVersion(4, new RegistryObject("agencies", "H06", null)));
            await transaction.WriteProposalAsync(NewProposal('1'));
            Assert.That(await transaction.FindProposalAsync(NewProposal('1').Id), Is.EqualTo(NewProposal('1')));

            Assert.That((await Store.ReadRegistryStateAsync())!.Version, Is.EqualTo(3));
            Assert.That(await StateAsync(null), Has.Member("agencies H06 {\"n\":3}"));
            Assert.That(await Store.FindProposalAsync(NewProposal('1').Id), Is.Null);
        }

        Assert.That(await StateAsync(null), Has.Member("agencies H06 {\"n\":3}"));
        Assert.That(await Store.ListRegistryHistoryAsync("agencies", "H06"), Has.Count.EqualTo(2));
        Assert.That(await Store.FindProposalAsync(NewProposal('1').Id), Is.Null);
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(4)));
        Assert.That(await StateAsync(4), Has.Member("agencies H06 {\"n\":3}"));
    }

    [Test]
    public async Task WriteRegistry_TwoVersionsInOneGroup_FollowEachOther()
    {
        await Store.WriteAsync(async t =>
        {
            await t.WriteRegistryAsync(NewVersion(1, new RegistryObject("groups", "g", "{\"n\":1}")));
            await t.WriteRegistryAsync(NewVersion(2, new RegistryObject("groups", "g", "{\"n\":2}")));
        });
        Assert.That(await StateAsync(1), Is.EqualTo(new[] { "groups g {\"n\":1}" }));
        Assert.That(await StateAsync(null), Is.EqualTo(new[] { "groups g {\"n\":2}" }));
    }

    [Test]
    public async Task WriteProposal_Changed_IsTheLastWritten()
    {
        var proposal = NewProposal('1');
        await Store.WriteAsync(t => t.WriteProposalAsync(proposal));
        await Store.WriteAsync(t => t.WriteProposalAsync(proposal with { State = "applied", Json = "{\"by\":\"Đỗ\"}" }));
        Assert.That(await Store.FindProposalAsync(proposal.Id), Is.EqualTo(proposal with { State = "applied", Json = "{\"by\":\"Đỗ\"}" }));
        Assert.That((await Store.ListProposalsAsync("pending", null, 10)).Items, Is.Empty);
        Assert.That((await Store.ListProposalsAsync("applied", null, 10)).Items, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ListProposals_ByState_NewestFirst_PageByPage([Values(1, 2, 3)] int limit)
    {
        foreach (var number in "312546") await Store.WriteAsync(t => t.WriteProposalAsync(NewProposal(number) with { State = number % 2 == 0 ? "pending" : "rejected" }));
        Assert.That(await WalkProposalsAsync(null, limit), Is.EqualTo("654321"));
        Assert.That(await WalkProposalsAsync("pending", limit), Is.EqualTo("642"));
        Assert.That(await WalkProposalsAsync("rejected", limit), Is.EqualTo("531"));
    }

    private static RegistryVersion NewVersion(long version, params RegistryObject[] changes) =>
        new(version, Start.AddDays(version), "operator:lan", null, null, version, changes);

    private static ProposalRecord NewProposal(char number) => new($"01JAAAAAAAAAAAAAAAAAAAAAA{number}", "change", "pending", Start, $"{{\"n\":{number}}}");

    private async Task WriteHistoryAsync()
    {
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(1, new RegistryObject("agencies", "H06", "{\"n\":1}"), new RegistryObject("agencies", "H06.40", "{\"n\":1}"))));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(2, new RegistryObject("agencies", "H06.40", null), new RegistryObject("rights", "r-1", "{\"từ\":\"📄\"}")) with
        {
            ApprovedBy = "operator:minh, system H06/qlvb", Reason = "Nghị quyết 202", Entry = 42,
        }));
        await Store.WriteAsync(t => t.WriteRegistryAsync(NewVersion(3, new RegistryObject("agencies", "H06", "{\"n\":3}"), new RegistryObject("agencies", "H06.40", "{\"n\":3}"))));
    }

    private async Task<string[]> StateAsync(long? version) =>
        [.. (await Store.ReadRegistryStateAsync(version))!.Objects.Select(o => $"{o.Section} {o.Id} {o.Json}").Order(StringComparer.Ordinal)];

    private async Task<string> WalkProposalsAsync(string? state, int limit)
    {
        var (seen, page) = ("", await Store.ListProposalsAsync(state, null, limit));
        while (true)
        {
            seen = page.Items.Aggregate(seen, (text, p) => text + p.Id[^1]);
            if (page.Next is null) return seen;
            page = await Store.ListProposalsAsync(state, page.Next, limit);
        }
    }
}
