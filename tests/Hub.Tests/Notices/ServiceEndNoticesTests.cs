using Hub.Contracts.Addresses;
using Hub.Core.Intake;
using Hub.Core.Notices;
using Hub.Core.Storage;
using Hub.Tests.Intake;

namespace Hub.Tests.Notices;

public sealed class ServiceEndNoticesTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task Open() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task Close() => await _bench.DisposeAsync();

    [Test]
    public async Task Tell_DeprecatedService_ItsUsersOnceForEachDate()
    {
        await _bench.SendAsync(IntakeBench.Document("m1"));
        Assert.That(await Notices().TellAsync(), Is.Zero, "nothing ends yet");
        await EndAsync("deprecated: 2026-06-01");
        Assert.That(await Notices().TellAsync(), Is.EqualTo(1));
        Assert.That(await Notices().TellAsync(), Is.Zero);
        await EndAsync("deprecated: 2026-06-01, sunset: 2027-01-01");
        Assert.That(await Notices().TellAsync(), Is.EqualTo(1), "the sunset is new");
        await EndAsync("deprecated: 2026-07-01, sunset: 2027-01-01");
        Assert.That(await Notices().TellAsync(), Is.EqualTo(1), "another date");
        var notices = await _bench.Store.ListMessagesAsync(new MessageQuery { Type = MessageType.Notice });
        var recipients = await Task.WhenAll(notices.Items.Select(async n => (await _bench.Store.ListDeliveriesAsync(n.Key))[0].Recipient));
        Assert.That(recipients, Is.EqualTo(Enumerable.Repeat(IntakeBench.Province, 3)), "nobody else sent it");
    }

    [Test]
    public async Task Tell_SentLongAgo_IsNoUser()
    {
        await _bench.SendAsync(IntakeBench.Document("m1"));
        await EndAsync("deprecated: 2026-06-01");
        _bench.Clock.Advance(TimeSpan.FromDays(91));
        Assert.That(await Notices().TellAsync(), Is.Zero);
    }

    private ServiceEndNotices Notices() =>
        new(_bench.Registry, _bench.Store, _bench.Committer, _bench.Keys, new Lazy<IIntake>(_bench.Intake), _bench.Clock);

    private async Task EndAsync(string members) => await _bench.Registry.ImportAsync(
        _bench.Yaml.Replace("{type: vn.document.v1, ", $"{{type: vn.document.v1, {members}, ", StringComparison.Ordinal), "operator:test");
}
