using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Storage;

namespace Hub.Tests.Intake;

/// <summary>The hub gave a receipt, knows nothing of the message any more, and more than the clock window has passed.</summary>
[TestFixture]
public sealed class When_a_restoration_lost_a_message
{
    private IntakeBench _bench = null!;
    private byte[] _octets = null!;
    private Receipt _receipt = null!;

    [SetUp]
    public async Task LoseIt()
    {
        _bench = await IntakeBench.StartAsync();
        _octets = await _bench.SignAsync(IntakeBench.Document("lost"));
        var accepted = await _bench.Intake.AcceptAsync(_octets, EnvelopeEncoding.Json, IntakeBench.Province);
        _receipt = accepted.Receipt;
        Assert.That(await StandingAsync(), Is.EqualTo(ReceiptStanding.Known));
        var state = Store.State;
        Store.State = state with { Messages = state.Messages.Remove(accepted.Key), Order = state.Order.Remove(accepted.Key), Octets = state.Octets.Remove(accepted.Key), Deliveries = state.Deliveries.Clear() };
        _bench.Clock.Advance(TimeSpan.FromDays(8));
    }

    private InMemoryStore Store => (InMemoryStore)_bench.Store;

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_take_it_again_when_its_receipt_is_shown()
    {
        Assert.That(await StandingAsync(), Is.EqualTo(ReceiptStanding.Lost));
        Assert.That((await _bench.RefusedAsync(_octets, EnvelopeEncoding.Json, IntakeBench.Province)).Code, Is.EqualTo(ProblemCode.ClockWindow));
        var again = await AgainAsync(_octets);
        Assert.That((again.Duplicate, again.Receipt.Proof.Index > _receipt.Proof.Index), Is.EqualTo((false, true)));
        Assert.That(again.Receipt.Verify(_bench.Keys.LogVerifier, _octets).Failures, Is.Empty);
        Assert.That((await AgainAsync(_octets)).Duplicate);
        Assert.That(await StandingAsync(), Is.EqualTo(ReceiptStanding.Known));
    }

    [Test]
    public async Task Should_keep_it_out_when_it_was_erased_by_law()
    {
        await _bench.Committer.RunAsync(scope => new Tombstones(Store).SetAsync(scope, MessageKey.Parse(_receipt.Header.Key!), _bench.Clock.GetUtcNow()));
        Assert.That(await StandingAsync(), Is.EqualTo(ReceiptStanding.Erased));
        var again = new Tombstones(Store);
        Assert.That((await again.HoldsAsync(MessageKey.Parse(_receipt.Header.Key!)), await again.HoldsAsync(MessageKey.Parse(new string('0', 64)))), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Should_take_it_again_without_the_receipt_for_an_hour_after_saying_that_it_is_lost()
    {
        var judged = await new KnownReceipts(Store, _bench.Keys).JudgeAsync(_receipt);
        Assert.That(judged.Sha256, Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_octets))));
        _bench.Intake.Lost.Add(judged.Message!.Value, judged.Sha256!);
        foreach (var other in new[] { IntakeBench.Document("lost") with { Subject = "Khác" }, IntakeBench.Document("another") })
            Assert.That((await _bench.RefusedAsync(other)).Code, Is.EqualTo(ProblemCode.ClockWindow));
        _bench.Clock.Advance(Core.Intake.LostMessages.Kept);
        Assert.That((await _bench.RefusedAsync(_octets, EnvelopeEncoding.Json, IntakeBench.Province)).Code, Is.EqualTo(ProblemCode.ClockWindow));
        _bench.Intake.Lost.Add(judged.Message!.Value, judged.Sha256!);
        _bench.Clock.Advance(Core.Intake.LostMessages.Kept - TimeSpan.FromSeconds(1));
        Assert.That((await _bench.Intake.AcceptAsync(_octets, EnvelopeEncoding.Json, IntakeBench.Province)).Duplicate, Is.False);
        Assert.That(await StandingAsync(), Is.EqualTo(ReceiptStanding.Known));
    }

    [TestCase("lost", "Khác")]
    [TestCase("another", "Giấy mời họp")]
    public async Task Should_take_nothing_else_for_it(string id, string subject)
    {
        var other = await _bench.SignAsync(IntakeBench.Document(id) with { Subject = subject });
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await AgainAsync(other))!.Code, Is.EqualTo(ProblemCode.ClockWindow));
    }

    [Test]
    public async Task Should_take_no_receipt_of_another_hub()
    {
        await using var other = await IntakeBench.StartAsync();
        var theirs = await other.Intake.AcceptAsync(await other.SignAsync(IntakeBench.Document("lost")), EnvelopeEncoding.Json, IntakeBench.Province);
        Assert.That(
            Assert.ThrowsAsync<ProblemException>(async () => await _bench.Intake.AcceptAgainAsync(_octets, EnvelopeEncoding.Json, IntakeBench.Province, theirs.Receipt))!.Code,
            Is.EqualTo(ProblemCode.ClockWindow));
    }

    private ValueTask<Core.Intake.Acceptance> AgainAsync(byte[] octets) => _bench.Intake.AcceptAgainAsync(octets, EnvelopeEncoding.Json, IntakeBench.Province, _receipt);

    private async Task<ReceiptStanding> StandingAsync() => (await new KnownReceipts(Store, _bench.Keys).JudgeAsync(_receipt, _octets)).Standing;
}
