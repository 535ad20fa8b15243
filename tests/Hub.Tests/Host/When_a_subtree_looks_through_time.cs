using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Host.Api.Registry;
using Hub.Host.Identity;
using Hub.Tests.Registry.Changes;

namespace Hub.Tests.Host;

/// <summary>An auditor under H06, of which H06.01 was taken by a reorganisation, and under H07, which gets it.</summary>
[TestFixture]
public sealed class When_a_subtree_looks_through_time
{
    private const string Moved = "2026-03-02T00:00:00Z";
    private RegistryBench _bench = null!;
    private RegistryHistory _history = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await RegistryBench.StartAsync();
        var yaml = _bench.Document()
            .Replace("systems:", $"systems:\n  - {{address: H06.01/moi, name: Sở, keys: []}}", StringComparison.Ordinal)
            .Replace("services: [{type", $"reorganisations: [{{id: nq-1, on: {Moved}, basis: NQ 1, acts: [{{act: move, agency: H06.01, parent: H07}}]}}]\nservices: [{{type", StringComparison.Ordinal);
        await _bench.Registry.ImportAsync(yaml, "operator:lan");
        _history = new RegistryHistory(_bench.Store, _bench.Registry);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _history.Dispose();
        await _bench.DisposeAsync();
    }

    [TestCase("2026-03-03T00:00:00Z", null, null, false)]
    [TestCase("2026-03-03T00:00:00Z", "2026-03-01T00:00:00Z", 2L, false, Description = "today's objects by yesterday's tree")]
    [TestCase("2026-03-01T00:00:00Z", null, null, true)]
    [TestCase("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", null, true, Description = "it is his still")]
    public async Task Should_show_the_old_subtree_what_is_its_own(string now, string? at, long? version, bool seen) => Assert.That(await SeesAsync("H06", now, at, version), Is.EqualTo(seen));

    [TestCase("2026-03-03T00:00:00Z", null, null, true)]
    [TestCase("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", null, false, Description = "a plan opens nothing")]
    [TestCase("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", 2L, false)]
    public async Task Should_show_the_new_subtree_what_has_come(string now, string? at, long? version, bool seen) => Assert.That(await SeesAsync("H07", now, at, version), Is.EqualTo(seen));

    private async Task<bool> SeesAsync(string under, string now, string? at, long? version)
    {
        var clock = new Time.ManualClock(DateTimeOffset.Parse(now, null));
        var reads = new RegistryReads(_history, _bench.Registry, clock);
        var caller = new Caller("auditor:x", Scopes.Auditor, null) { Under = AgencyCode.Parse(under) };
        var moment = await reads.MomentAsync(caller, at, version, CancellationToken.None);
        return RegistryReads.List(caller, moment, RegistryQuery.Read(RegistrySections.Systems, null, null, null, null), null, 100).Items.Any(i => i.Id == "H06.01/moi");
    }
}
