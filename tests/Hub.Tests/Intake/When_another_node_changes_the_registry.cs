using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Tests.Registry.Changes;
using Hub.Tests.Storage;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Intake;

/// <summary>This node has not heard of it yet; still nothing is accepted that the registry in force does not allow.</summary>
[TestFixture]
public sealed class When_another_node_changes_the_registry
{
    private IntakeBench _other = null!;
    private SecondNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _other = await IntakeBench.StartAsync((_, _, _) => new InMemoryStore(shared: true));
        _node = await SecondNode.StartAsync(_other.Store, _other.Keys, _other.Clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Test]
    public async Task Should_accept_nothing_with_a_key_revoked_there()
    {
        await _other.Registry.CompromiseAsync(Province, "k1", _other.Clock.GetUtcNow().AddHours(-1), new RegistryActor("operator:test"), "mất máy");
        Assert.That(_node.Registry.Current.Version, Is.EqualTo(1), "the node is meant not to know");
        Assert.That(await RefusedAsync(Document("d-1")), Is.SameAs(ProblemCode.KeyRevoked));
        Assert.That(await _other.Store.FindMessageAsync(Document("d-1").Key), Is.Null);
    }

    [Test]
    public async Task Should_accept_by_the_registry_in_force_and_say_so()
    {
        await _other.Registry.ImportAsync(_other.Yaml.Replace("nameVi: ", "nameVi: Mới ", StringComparison.Ordinal), "operator:test");
        var accepted = await SendAsync(Document("d-1"));
        var entry = (await _other.Store.ListEntriesAsync(accepted.Key)).Single();
        Assert.That(((long)JsonNode.Parse(entry.Body!.Value.Span)!["registry"]!, accepted.Receipt is not null), Is.EqualTo((2L, true)));
    }

    [Test]
    public async Task Should_give_a_retry_its_receipt_all_the_same()
    {
        var octets = await _other.SignAsync(Document("d-1"));
        var first = await _other.Intake.AcceptAsync(octets, EnvelopeEncoding.Json, Province);
        await _other.Registry.ImportAsync(_other.Yaml.Replace("nameVi: ", "nameVi: Mới ", StringComparison.Ordinal), "operator:test");
        var again = await _node.Intake.AcceptAsync(octets, EnvelopeEncoding.Json, Province);
        Assert.That((again.Key, again.Duplicate), Is.EqualTo((first.Key, true)));
    }

    [Test]
    public async Task Should_stage_inside_a_unit_by_the_registry_in_force()
    {
        await _other.Registry.ImportAsync(_other.Yaml.Replace("nameVi: ", "nameVi: Mới ", StringComparison.Ordinal), "operator:test");
        var notice = Document("n-1") with { From = _other.Keys.Address, Type = MessageType.DeliveryFailed };
        var octets = await EnvelopeCodec.SignAsync(notice, EnvelopeEncoding.Json, _other.Keys.Gateway);
        var verified = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Json, new RegistryKeyRing(_node.Registry.Current, _other.Keys, _other.Clock, development: false, new CertificateTable()));
        await _node.Committer.RunAsync(async scope =>
        {
            await _node.Intake.StageAsync(scope, verified, Assurances.AttestedHub);
            return 0;
        });
        var entry = (await _other.Store.ListEntriesAsync(notice.Key)).Single();
        Assert.That((long)JsonNode.Parse(entry.Body!.Value.Span)!["registry"]!, Is.EqualTo(2L));
    }

    private async Task<Core.Intake.Acceptance> SendAsync(Envelope envelope) => await _node.Intake.AcceptAsync(await _other.SignAsync(envelope), EnvelopeEncoding.Json, envelope.From);

    private async Task<ProblemCode> RefusedAsync(Envelope envelope)
    {
        var octets = await _other.SignAsync(envelope);
        return Assert.ThrowsAsync<ProblemException>(async () => await _node.Intake.AcceptAsync(octets, EnvelopeEncoding.Json, envelope.From))!.Code;
    }
}
