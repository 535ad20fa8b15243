using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using static Hub.Tests.Intake.IntakeBench;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Intake;

[TestFixture]
public sealed class IntakeStageTests
{
    private static readonly SystemAddress App = SystemAddress.Parse("H06.09/archive");
    private static readonly MessageType Report = MessageType.Parse("vn.report.v1");
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task StageAsync_OfTheHub_NeedsNoRight()
    {
        var failed = Document("h-1") with { From = HubAddress, Type = MessageType.DeliveryFailed };
        await StageAsync(failed, Assurances.AttestedHub);
        var message = await _bench.Store.FindMessageAsync(failed.Key);
        Assert.That(message!.Assurance, Is.EqualTo("hub-attested(hub)"));
        Assert.That((await _bench.EntriesAsync())[message.Entry].Actor, Is.EqualTo("hub"));
        Assert.That((await _bench.Store.ListDeliveriesAsync(failed.Key)).Single().Recipient, Is.EqualTo(Commune));
    }

    [Test]
    public async Task StageAsync_OfAnApp_NeedsARight()
    {
        var report = Document("p-1", "H06.40.01/qlvb") with { From = App, Type = Report };
        Assert.That(await RefusedAsync(report), Is.SameAs(ProblemCode.NotAllowed));
        await _bench.Registry.ImportAsync(_bench.Yaml + "\n  - {from: H06.09/archive, services: [vn.report.v1], to: H06.40.01}\n", "operator:test");
        await StageAsync(report, Assurances.AttestedApp);
        Assert.That((await _bench.Store.FindMessageAsync(report.Key))!.Assurance, Is.EqualTo("hub-attested(app)"));
    }

    [TestCase("schema: {format: json-schema, dialect: 'https://json-schema.org/draft/2020-12/schema', text: '{\"type\":\"integer\"}'}", "schema-violation")]
    [TestCase("schema: {format: json-schema, dialect: 'https://json-schema.org/draft/2020-12/schema', text: '{\"type\":\"object\"}'}", null)]
    [TestCase("confidentiality: end-to-end", "confidentiality-required")]
    [TestCase("sunset: 2020-01-01", "service-retired")]
    public async Task StageAsync_OfAnApp_FulfilsWhatTheServiceDemands(string demand, string? refusal)
    {
        var yaml = _bench.Yaml.Replace("services:\n", $"services:\n  - {{type: vn.demand.v1, nameVi: Đòi hỏi, minimumAssurance: hub-attested, {demand}}}\n", StringComparison.Ordinal)
            + "\n  - {from: H06.09/archive, services: [vn.demand.v1], to: H06.40.01}\n";
        await _bench.Registry.ImportAsync(yaml, "operator:test");
        var report = Document("p-1", "H06.40.01/qlvb") with
        {
            From = App, Type = MessageType.Parse("vn.demand.v1"), Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = "{}"u8.ToArray() },
        };
        if (refusal is null) await StageAsync(report, Assurances.AttestedApp);
        else Assert.That((await RefusedAsync(report)).Code, Is.EqualTo(refusal));
    }

    [Test]
    public async Task StageAsync_OfAnAppForAServiceThatDemandsTheSendersSignature_IsAssuranceTooLow() =>
        Assert.That(await RefusedAsync(Document("p-1") with { From = App }), Is.SameAs(ProblemCode.AssuranceTooLow));

    [Test]
    public async Task StageAsync_ProtocolTypeOfTheHubByAnApp_IsNotAllowed() =>
        Assert.That(await RefusedAsync(Document("p-1") with { From = App, Type = MessageType.DeliveryFailed }), Is.SameAs(ProblemCode.NotAllowed));

    [Test]
    public async Task StageAsync_TheSameTwice_IsAcceptedOnce()
    {
        var failed = Document("h-1") with { From = HubAddress, Type = MessageType.DeliveryFailed };
        await StageAsync(failed, Assurances.AttestedHub);
        var state = await _bench.StateAsync();
        await StageAsync(failed, Assurances.AttestedHub);
        Assert.That(await _bench.StateAsync(), Is.EqualTo(state));
    }

    private async Task StageAsync(Envelope envelope, string assurance)
    {
        var hub = envelope.From == HubAddress;
        var sealedEnvelope = await EnvelopeSeal.SealAsync(
            envelope, hub ? _bench.Keys.Gateway : _bench.Keys.AppKey(App), hub ? _bench.Keys.GatewayVerifier : _bench.Keys.AppVerifier(App));
        await _bench.Committer.RunAsync(async scope =>
        {
            await _bench.Intake.StageAsync(scope, sealedEnvelope, assurance);
            return true;
        });
    }

    private async Task<ProblemCode> RefusedAsync(Envelope envelope)
    {
        var before = await _bench.StateAsync();
        var refused = Assert.ThrowsAsync<ProblemException>(() => StageAsync(envelope, Assurances.AttestedApp));
        Assert.That(await _bench.StateAsync(), Is.EqualTo(before));
        return refused!.Code;
    }
}
