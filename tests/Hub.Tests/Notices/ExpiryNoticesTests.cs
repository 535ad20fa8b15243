using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Trail;
using Hub.Core.Intake;
using Hub.Core.Notices;
using Hub.Core.Storage;
using Hub.Tests.Intake;

namespace Hub.Tests.Notices;

public sealed class ExpiryNoticesTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task Open() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task Close() => await _bench.DisposeAsync();

    [Test]
    public async Task Tell_EachThreshold_OnceWithEntryAndNotice()
    {
        await RegisterAsync(TimeSpan.FromDays(61));
        List<int> told = [];
        for (var day = 0; day < 63; day++)
        {
            told.Add(await Notices().TellAsync());
            _bench.Clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.That(told.Index().Where(static t => t.Item > 0), Is.EqualTo(new[] { (1, 1), (47, 1), (58, 1) }));
        Assert.That((await EntriesAsync()).Select(static e => ((int)e["days"]!, (string?)e["key"])), Is.EqualTo(new[] { (60, "k1"), (14, (string?)"k1"), (3, "k1") }));
        var received = await ReceivedAsync();
        Assert.That(received.Select(static n => (n.Code, n.About)), Is.EqualTo(Enumerable.Repeat(("key-expiring", (string?)"k1"), 3)));
    }

    [Test]
    public async Task Tell_HubWasDownForLong_OnlyTheSmallestThresholdIsTold()
    {
        await RegisterAsync(TimeSpan.FromDays(2));
        Assert.That(await Notices().TellAsync(), Is.EqualTo(1));
        Assert.That(await Notices().TellAsync(), Is.Zero, "also after a restart: another instance over the same store");
        Assert.That((await EntriesAsync()).Select(static e => (int)e["days"]!), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task Tell_KeyGetsALaterEnd_IsToldAfreshWhenThatComes()
    {
        await RegisterAsync(TimeSpan.FromDays(50));
        await Notices().TellAsync();
        await RegisterAsync(TimeSpan.FromDays(100));
        Assert.That(await Notices().TellAsync(), Is.Zero);
        _bench.Clock.Advance(TimeSpan.FromDays(45));
        Assert.That(await Notices().TellAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Tell_RevokedOrEnded_IsNotTold()
    {
        await RegisterAsync(TimeSpan.FromDays(5), "revoked: 2026-03-03");
        Assert.That(await Notices().TellAsync(), Is.Zero);
        await RegisterAsync(TimeSpan.FromDays(-5));
        Assert.That(await Notices().TellAsync(), Is.Zero);
    }

    private ExpiryNotices Notices() =>
        new(_bench.Registry, _bench.Store, _bench.Committer, _bench.Keys, new Lazy<IIntake>(_bench.Intake), _bench.Clock);

    private async Task RegisterAsync(TimeSpan left, string more = "")
    {
        var end = Rfc3339.Format(_bench.Clock.GetUtcNow() + left);
        // Only the key of the commune: the first after its address.
        var at = _bench.Yaml.IndexOf("address: H06.40.01/qlvb", StringComparison.Ordinal);
        var key = _bench.Yaml.IndexOf("id: k1,", at, StringComparison.Ordinal);
        await _bench.Registry.ImportAsync(_bench.Yaml.Insert(key, $"notAfter: {end}, {(more.Length == 0 ? "" : more + ", ")}"), "operator:test");
    }

    private async Task<List<JsonNode>> EntriesAsync() =>
        [.. (await _bench.Store.ListEntriesAsync(0, 1000)).Where(static e => e.ParseHeader().Kind == EntryKinds.KeyExpiring).Select(static e => JsonNode.Parse(e.Body!.Value.Span)!)];

    private async Task<List<Notice>> ReceivedAsync()
    {
        List<Notice> notices = [];
        var page = await _bench.Store.ListMessagesAsync(new MessageQuery { Recipient = IntakeBench.Commune, Type = MessageType.Notice });
        foreach (var message in page.Items)
            notices.Add(Notice.Read(JsonEnvelope.ReadUnverified((await _bench.Store.ReadOctetsAsync(message.Key))!.Value, EnvelopeLimits.Default)));
        return notices;
    }
}
