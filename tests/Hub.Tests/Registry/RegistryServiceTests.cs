using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Tests.Intake;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Registry;

[TestFixture]
public sealed class RegistryServiceTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task ImportAsync_Change_IsInForceAndInTheLog()
    {
        var before = _bench.Registry.Current;
        var report = await _bench.Registry.ImportAsync(Changed(), "operator:lan");
        var entry = (await _bench.Store.ListEntriesAsync(0, 100))[^1];
        var body = JsonNode.Parse(entry.Body!.Value.Span)!;
        Assert.Multiple(() =>
        {
            Assert.That(_bench.Registry.Current, Is.Not.SameAs(before));
            Assert.That((_bench.Registry.Current.Version, report.Version), Is.EqualTo((2, 2)));
            Assert.That(report.Changes.Select(c => (c.Section, c.Added.Count, c.Changed.Count, c.Removed.Count)), Is.EqualTo(new[]
            {
                ("agencies", 0, 1, 0), ("systems", 0, 0, 1), ("keys", 0, 0, 1),
            }));
            Assert.That((entry.ParseHeader().Kind, entry.ParseHeader().Actor), Is.EqualTo((EntryKinds.RegistryChanged, "operator:lan")));
            Assert.That((string?)body["sha256"], Is.EqualTo(report.Sha256));
            Assert.That((string?)body["changes"]!["systems"]!["removed"]![0]!["id"], Is.EqualTo("H06.40.02/hai"));
        });
    }

    [Test]
    public async Task ImportAsync_KeyReplaced_IsInTheLogByThumbprint()
    {
        var pem = RegistrySamples.Quoted(RegistrySamples.PublicPem());
        var start = _bench.Yaml.IndexOf("pem: \"", StringComparison.Ordinal);
        var yaml = _bench.Yaml[..start] + "pem: " + pem + _bench.Yaml[(_bench.Yaml.IndexOf('"', start + 6) + 1)..];
        var report = await _bench.Registry.ImportAsync(yaml, "operator:lan");
        var body = JsonNode.Parse((await _bench.Store.ListEntriesAsync(0, 100))[^1].Body!.Value.Span)!;
        var keys = report.Changes.Single();
        Assert.That((keys.Section, keys.Changed.Single()), Is.EqualTo(("keys", "H06/qlvb k1")));
        Assert.That((string?)body["changes"]!["keys"]!["changed"]![0]!["thumbprint"], Is.EqualTo(_bench.Registry.Current.FindSystem(IntakeBench.Province)!.Keys[0].Key.Thumbprint));
    }

    [TestCase("01-07-2027")]
    [TestCase("2027-02-30")]
    [TestCase("9999-12-31T23:59:59Z")]
    public void ApplyAsync_ReorganisationOnNoDate_IsAMistakeThatNamesIt(string on)
    {
        var value = JsonNode.Parse($$"""{"id":"bo-xa","on":"{{on}}","basis":"QĐ 1","acts":[{"act":"dissolve","agency":"H06.40.02"}]}""")!.AsObject();
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await _bench.Registry.ApplyAsync(
            new RegistryPatch([new ObjectChange(RegistrySections.Reorganisations, "", value)]), new RegistryActor("operator:lan")));
        Assert.That(refused!.Code, Is.EqualTo(ProblemCode.RegistryInvalid));
        Assert.That(refused.Problem.Items.Select(static item => item.Subject), Is.EqualTo(new[] { "reorganisations[bo-xa].on" }));
    }

    [Test]
    public void Dispose_OnceForEachInterface_DoesNothingMore()
    {
        _bench.Registry.Dispose();
        Assert.That(_bench.Registry.Dispose, Throws.Nothing);
    }

    [Test]
    public async Task ImportAsync_DryRun_ReportsAndChangesNothing()
    {
        var (before, state) = (_bench.Registry.Current, await _bench.StateAsync());
        var report = await _bench.Registry.ImportAsync(Changed(), "operator:lan", dryRun: true);
        Assert.That(report.Changes, Has.Count.EqualTo(3));
        Assert.That(_bench.Registry.Current, Is.SameAs(before));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task ImportAsync_OwnExport_ChangesNothing()
    {
        var state = await _bench.StateAsync();
        var report = await _bench.Registry.ImportAsync(RegistryDocument.Write(_bench.Registry.Current.Content), "operator:lan");
        Assert.That((report.State, report.Version, report.Changes.Count), Is.EqualTo(("unchanged", 1, 0)));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task ImportAsync_Mistakes_ChangeNothing()
    {
        var (before, state) = (_bench.Registry.Current, await _bench.StateAsync());
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await _bench.Registry.ImportAsync(_bench.Yaml + "\nextra: 1", "operator:lan"));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.RegistryInvalid));
        Assert.That(_bench.Registry.Current, Is.SameAs(before));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    [Test]
    public async Task ImportAsync_ManyAtOnce_EachGetsItsOwnVersion()
    {
        var yamls = Enumerable.Range(0, 8).Select(i => _bench.Yaml.Replace("name: Bộ mẫu", $"name: Bộ mẫu {i}", StringComparison.Ordinal));
        var reports = await Task.WhenAll(yamls.Select(y => Task.Run(() => _bench.Registry.ImportAsync(y, "operator:lan").AsTask())));
        Assert.That(reports.Select(r => r.Version).Order(), Is.EqualTo(Enumerable.Range(2, 8)));
        Assert.That((await _bench.Store.ReadRegistryStateAsync())!.Version, Is.EqualTo(_bench.Registry.Current.Version));
    }

    [Test]
    public async Task LoadAsync_AfterRestart_GivesTheSameRegistry()
    {
        using var again = new RegistryService(
            _bench.Store, _bench.Committer, _bench.Keys, new HubSettings { DataDirectory = "." }, _bench.Clock, NullLogger<RegistryService>.Instance);
        Assert.That(again.Current.Version, Is.Zero);
        await again.LoadAsync();
        Assert.That(again.Current.Version, Is.EqualTo(1));
        Assert.That(RegistryDocument.Write(again.Current.Content), Is.EqualTo(RegistryDocument.Write(_bench.Registry.Current.Content)));
    }

    private string Changed() => string.Join('\n', _bench.Yaml.Split('\n').Where(line => !line.Contains("H06.40.02/hai", StringComparison.Ordinal)))
        .Replace("name: Bộ mẫu", "name: Bộ mẫu mới", StringComparison.Ordinal);
}
