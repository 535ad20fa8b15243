using System.Text.Json.Nodes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Core.Registry.Changes;
using Hub.Tests.Intake;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class When_a_key_is_compromised
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_refuse_what_it_signs_and_list_what_it_signed()
    {
        var sent = await _bench.SendAsync(IntakeBench.Document("m-1"));
        var key = _bench.Registry.Current.FindSystem(IntakeBench.Province)!.Keys[0].Key;
        var owner = new RegistryActor(IntakeBench.Province.ToString(), System: IntakeBench.Province);
        var outcome = await _bench.Registry.CompromiseAsync(IntakeBench.Province, "k1", RegistrySamples.Now.AddHours(-1), owner, "máy bị mất");
        var entry = (await _bench.Store.ListEntriesAsync(0, 100)).Last(e => e.ParseHeader().Kind == EntryKinds.KeyCompromised);
        var listed = await new SignedMessages(_bench.Store).ListAsync(IntakeBench.Province, key.Thumbprint, RegistrySamples.Now.AddHours(-1), null, 100);
        Assert.Multiple(() =>
        {
            Assert.That((outcome.State, outcome.Version), Is.EqualTo(("applied", 2L)));
            Assert.That((string?)JsonNode.Parse(entry.Body!.Value.Span)!["thumbprint"], Is.EqualTo(key.Thumbprint));
            Assert.That(listed.Items.Select(m => (m.Message.Key, m.Recipients.Single(), m.Certain)), Is.EqualTo(new[] { (sent.Key, "H06.40.01/qlvb", true) }));
        });
        Assert.That((await _bench.RefusedAsync(IntakeBench.Document("m-2"))).Code, Is.SameAs(ProblemCode.KeyRevoked));
        Assert.That((await new SignedMessages(_bench.Store).ListAsync(IntakeBench.Province, new string('0', 64), null, null, 100)).Items, Is.Empty);
    }

    [Test]
    public async Task Should_never_move_a_revocation_later()
    {
        var early = RegistrySamples.Now.AddDays(-2);
        await _bench.Registry.CompromiseAsync(IntakeBench.Province, "k1", early, new RegistryActor("operator:lan"), "lần một");
        var again = await _bench.Registry.CompromiseAsync(IntakeBench.Province, "k1", early.AddDays(1), new RegistryActor("operator:lan"), "lần hai");
        Assert.That((again.State, _bench.Registry.Current.FindSystem(IntakeBench.Province)!.Keys[0].Revoked), Is.EqualTo(("unchanged", (DateTimeOffset?)early)));
        Assert.That((await _bench.EntriesAsync()).Count(e => e.Kind == EntryKinds.KeyCompromised), Is.EqualTo(2));
    }

    [Test]
    public void Should_not_let_others_report_it()
    {
        var other = new RegistryActor(IntakeBench.Commune.ToString(), System: IntakeBench.Commune);
        Assert.That(
            async () => await _bench.Registry.CompromiseAsync(IntakeBench.Province, "k1", RegistrySamples.Now, other, "đùa"),
            Throws.TypeOf<ProblemException>().With.Property("Code").SameAs(ProblemCode.OutsideSubtree));
    }
}
