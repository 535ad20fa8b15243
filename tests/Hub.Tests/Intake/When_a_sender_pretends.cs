using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Tests.Intake;

/// <summary>What a registered system tries beyond its rights: replies that nobody waits for, and labels for seals.</summary>
[TestFixture]
public sealed class When_a_sender_pretends
{
    private static readonly MessageType Answer = MessageType.Parse("vn.report.v1");
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await IntakeBench.StartAsync();
        await _bench.Registry.ImportAsync(_bench.Yaml.Replace("maxBytes: 100000}", "maxBytes: 100000, reply: vn.report.v1}", StringComparison.Ordinal), "operator:test");
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_not_take_replies_without_end()
    {
        var request = await RequestAsync("q1");
        for (var i = 0; i < 32; i++) await _bench.SendAsync(Reply(request, $"r{i}"));
        Assert.That((await _bench.RefusedAsync(Reply(request, "more"))).Code, Is.SameAs(ProblemCode.NotAllowed));
        Assert.That((await _bench.SendAsync(Reply(request, "r3"))).Duplicate, Is.True, "a repeat still gets its receipt");
        Assert.That((await _bench.SendAsync(Reply(await RequestAsync("q2"), "s0"))).Duplicate, Is.False, "another request has its own");
    }

    [TestCase(DeliveryState.Cancelled, false)]
    [TestCase(DeliveryState.Expired, false)]
    [TestCase(DeliveryState.Delivered, true)]
    [TestCase(DeliveryState.Dead, true)]
    public async Task Should_take_no_reply_to_what_was_taken_back(DeliveryState state, bool taken)
    {
        var request = await RequestAsync("q1");
        var delivery = (await _bench.Store.ListDeliveriesAsync(request.Key)).Single();
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.UpdateDeliveryAsync(delivery with { State = state });
            return true;
        });
        if (taken) Assert.That((await _bench.SendAsync(Reply(request, "r"))).Duplicate, Is.False);
        else Assert.That((await _bench.RefusedAsync(Reply(request, "r"))).Code, Is.SameAs(ProblemCode.NotAllowed));
    }

    [Test]
    public async Task Should_not_take_a_label_for_the_seal_that_a_right_demands()
    {
        await _bench.Registry.ImportAsync(_bench.Yaml.Replace("""services: [vn.document.v1], to: "under:H06"}""", """services: [vn.document.v1], to: "under:H06", conditions: {sealed: true}}""", StringComparison.Ordinal), "operator:test");
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var document = IntakeBench.Document("d1");
        var real = Hub.Contracts.Sealing.SealedPayload.Seal(document.Payload!, PayloadEncryption.Jwe, [Hub.Contracts.Sealing.SealingKey.FromPem("e1", rsa.ExportSubjectPublicKeyInfoPem())]);
        var label = real with { Data = Encoding.UTF8.GetBytes("chỉ là nhãn") };
        Assert.That((await _bench.RefusedAsync(document with { Payload = label })).Code, Is.SameAs(ProblemCode.NotAllowed));
        Assert.That((await _bench.SendAsync(document with { Payload = real })).Duplicate, Is.False);
    }

    private async Task<MessageRecord> RequestAsync(string id) => (await _bench.Store.FindMessageAsync((await _bench.SendAsync(IntakeBench.Document(id))).Key))!;

    private static Envelope Reply(MessageRecord request, string id) => IntakeBench.Document(id, "H06/qlvb") with
    {
        From = IntakeBench.Commune, Type = Answer, InReplyTo = new InReplyTo(request.Key, request.Sha256),
    };
}
