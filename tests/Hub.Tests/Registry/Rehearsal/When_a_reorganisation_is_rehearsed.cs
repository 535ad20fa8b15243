using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Core.Registry.Rehearsal;
using Hub.Tests.Delivery;
using static Hub.Tests.Delivery.DeliveryBench;
using static Hub.Tests.Delivery.Reorganised;

namespace Hub.Tests.Registry;

/// <summary>A rehearsal says beforehand what the reorganisation then does.</summary>
public sealed class When_a_reorganisation_is_rehearsed
{
    private DeliveryBench _bench = null!;

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_count_open_traffic_and_say_where_it_goes()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        await _bench.AcceptAsync("1", District);
        await _bench.AcceptAsync("2", District);
        await _bench.AcceptAsync("3", North);
        await _bench.ClaimAsync(District, 1);

        var report = await RehearseAsync(On);
        Assert.That(report.Traffic.Select(t => (t.System, t.Type, t.Queued, t.Claimed, t.Outcome, t.To)), Is.EqualTo(new[] { ("H06.50/qlvb", "vn.document.v1", 1, 1, "redirected", (string?)"H06.51/qlvb") }));
        Assert.That(report.Complete);

        _bench.AdvanceTo(On);
        await _bench.SweepAsync();
        var key = await _bench.AcceptAsync("4", District);
        Assert.That(await _bench.StandingAsync(key), Is.EqualTo(new[] { "H06.51/qlvb Queued successor-of:H06.50" }), "as rehearsed");
    }

    [Test]
    public async Task Should_name_agencies_that_change_and_reorganisations_that_do_it()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        var report = await RehearseAsync(On);
        Assert.That(report.Reorganisations.Select(r => r.Id), Is.EqualTo(new[] { "merge-h06.50-20260312" }));
        var district = report.Agencies.Single();
        Assert.That(district.Code, Is.EqualTo("H06.50"));
        Assert.That(district.What, Is.EqualTo(new[] { "closes" }));
        Assert.That(district.Successors, Is.EqualTo(new[] { "H06.51 (*)" }));
        Assert.That(district.Systems, Is.EqualTo(new[] { "H06.50/qlvb" }));
    }

    [Test]
    public async Task Should_say_nothing_changes_the_day_before_and_once_it_has_passed()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        Assert.That((await RehearseAsync(On.AddTicks(-1))).Agencies, Is.Empty);
        _bench.AdvanceTo(On);
        Assert.That((await RehearseAsync(On)).Agencies, Is.Empty);
    }

    [Test]
    public async Task Should_tell_what_will_be_refused_and_for_which_types_nobody_is_left()
    {
        _bench = await StartAsync(Content(Split(District, closes: true, (North, "vn.document.v1"))));
        await _bench.AcceptAsync("1", District);
        await _bench.AcceptAsync("2", [new Recipient(RecipientAddress.Parse(District.ToString()))], type: "vn.note.v1");
        var report = await RehearseAsync(On);
        Assert.That(report.Traffic.Select(t => (t.Type, t.Outcome)), Is.EqualTo(new[] { ("vn.document.v1", "redirected"), ("vn.note.v1", "refused") }));
        Assert.That(report.Problems.Select(p => (p.Agency, p.Type, p.Code)), Is.EqualTo(new[] { ("H06.50", "vn.note.v1", "recipient-closed") }));
    }

    [Test]
    public async Task Should_name_rights_that_stop_for_pairs_in_use()
    {
        var content = Content(Act(new ReorganisationAct { Act = ActKind.Move, Agency = District.Agency, Parent = AgencyCode.Parse("H06.41") })) with
        {
            Rights = [new Right("H06/qlvb", ["*"], "under:H06.40") { Id = "old-parent" }],
        };
        content = content with { Agencies = [.. content.Agencies.Select(a => a.Code == District.Agency ? a with { Parent = AgencyCode.Parse("H06.40") } : a)] };
        _bench = await StartAsync(content);
        await _bench.AcceptAsync("1", District);
        var report = await RehearseAsync(On);
        Assert.That(report.Agencies.Single().What, Is.EqualTo(new[] { "moved" }));
        Assert.That(report.Rights.Select(r => (r.From, r.To, r.Change, r.Right)), Is.EqualTo(new[] { ("H06/qlvb", "H06.50/qlvb", "stops", "old-parent") }));
        Assert.That(report.Traffic.Single().Outcome, Is.EqualTo("stays"));
    }

    [Test]
    public async Task Should_compare_groups_by_list_and_by_rule()
    {
        var content = Content(Merge(District, North));
        _bench = await StartAsync(content with
        {
            Groups =
            [
                new Group("listed", 1, "", [RecipientAddress.Parse("H06.50"), RecipientAddress.Parse("H06.51")]),
                new Group("ruled", 1, "", []) { Rule = new GroupRule(Receives: MessageType.Parse("vn.note.v1")) },
                new Group("untouched", 1, "", [RecipientAddress.Parse("H06.51")]),
            ],
        });
        var report = await RehearseAsync(On);
        Assert.That(report.Groups.Select(g => (g.Name, g.Before - g.After, string.Join(' ', g.Removed))), Is.EqualTo(new[] { ("listed", 1, "H06.50"), ("ruled", 1, "H06.50") }));
    }

    [Test]
    public async Task Should_show_a_subtree_only_what_concerns_it()
    {
        _bench = await StartAsync(Content(Merge(District, North)));
        await _bench.AcceptAsync("1", District);
        var rehearsal = new RegistryRehearsal(_bench.Registry, _bench.Store, _bench.Clock);
        Assert.That((await rehearsal.RunAsync(On, District.Agency)).Traffic, Has.Count.EqualTo(1));
        var elsewhere = await rehearsal.RunAsync(On, South.Agency);
        Assert.That((elsewhere.Agencies.Count, elsewhere.Traffic.Count, elsewhere.Problems.Count), Is.EqualTo((0, 0, 0)));
    }

    private ValueTask<RehearsalReport> RehearseAsync(DateTimeOffset date) =>
        new RegistryRehearsal(_bench.Registry, _bench.Store, _bench.Clock).RunAsync(date, under: null);
}
