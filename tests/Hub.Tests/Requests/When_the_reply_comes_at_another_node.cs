using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Requests;
using Hub.Core.Storage;
using Hub.Tests.Intake;
using Hub.Tests.Registry.Changes;
using Hub.Tests.Storage;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Requests;

/// <summary>The province asks at one node and waits there; the commune answers at the other. The clock stands still, so nothing is found
/// by looking now and then.</summary>
[TestFixture]
public sealed class When_the_reply_comes_at_another_node
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private IntakeBench _asked = null!;
    private SecondNode _answered = null!;
    private RequestDesk _desk = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _asked = await IntakeBench.StartAsync((_, _, _) => new InMemoryStore(shared: true));
        await _asked.Registry.ImportAsync(
            _asked.Yaml.Replace("services:\n", "services:\n  - {type: vn.ask.v1, nameVi: Hỏi, reply: vn.result.v1, timeLimit: 30s}\n  - {type: vn.result.v1, nameVi: Đáp}\n", StringComparison.Ordinal)
                .Replace("services: [vn.document.v1]", "services: [vn.document.v1, vn.ask.v1]", StringComparison.Ordinal)
                .Replace("receives: [vn.document.v1]", "receives: [vn.document.v1, vn.ask.v1, vn.result.v1]", StringComparison.Ordinal),
            "operator:test");
        _answered = await SecondNode.StartAsync(_asked.Store, _asked.Keys, _asked.Clock);
        _asked.Store.Listen(wake => Wake(_asked.Signals.Requests, wake));
        _asked.Store.Listen(wake => Wake(_answered.Signals.Requests, wake));
        _desk = new RequestDesk(_asked.Intake, _asked.Store, _asked.Committer, _asked.Registry, _asked.Keys, _asked.Signals, _asked.Clock);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _answered.DisposeAsync();
        await _asked.DisposeAsync();
    }

    [Test]
    public async Task Should_give_it_to_who_waits_and_to_nobody_else()
    {
        await using var pending = await AskAsync();
        var waiting = pending.WaitAsync(default).AsTask();
        var reply = await AnswerAsync(pending.Message, "a-1");
        var outcome = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((outcome.Reply!.Message.Key, (await DeliveryAsync(reply)).Due), Is.EqualTo((reply, _asked.Clock.GetUtcNow() + Limit + RequestWaits.Grace)));
        await pending.WrittenAsync(outcome.Reply);
        Assert.That((await DeliveryAsync(reply)).State, Is.EqualTo(DeliveryState.Delivered));
    }

    [Test]
    public async Task Should_hold_the_first_one_only()
    {
        await using var pending = await AskAsync();
        await AnswerAsync(pending.Message, "a-1");
        var second = await AnswerAsync(pending.Message, "a-2");
        Assert.That((await DeliveryAsync(second)).Due, Is.EqualTo(_asked.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Should_hold_nothing_once_the_waiter_has_gone()
    {
        var pending = await AskAsync();
        await pending.DisposeAsync();
        var reply = await AnswerAsync(pending.Message, "a-1");
        Assert.That((await DeliveryAsync(reply)).Due, Is.EqualTo(_asked.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Should_free_what_was_held_for_a_waiter_who_did_not_take_it()
    {
        var pending = await AskAsync();
        var reply = await AnswerAsync(pending.Message, "a-1");
        await pending.DisposeAsync();
        Assert.That((await DeliveryAsync(reply)).Due, Is.EqualTo(_asked.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Should_hold_nothing_after_the_time_of_a_waiter_who_was_killed()
    {
        var pending = await AskAsync();
        _asked.Clock.Advance(Limit);
        var reply = await AnswerAsync(pending.Message, "a-1");
        Assert.That((await DeliveryAsync(reply)).Due, Is.EqualTo(_asked.Clock.GetUtcNow()));
    }

    [Test]
    public async Task Should_find_who_waits_again_elsewhere()
    {
        var first = await AskAsync();
        await first.DisposeAsync();
        await using var again = await _desk.ResumeAsync(first.Message.Key, Province, TimeSpan.FromSeconds(20));
        var waiting = again.WaitAsync(default).AsTask();
        var deadline = Environment.TickCount64 + 30_000;
        while ((await _asked.Store.FindMessageAsync(first.Message.Key))!.WaitedUntil is null && Environment.TickCount64 < deadline) await Task.Delay(1);
        var reply = await AnswerAsync(first.Message, "a-1");
        Assert.That((await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Reply!.Message.Key, Is.EqualTo(reply));
        Assert.That((await DeliveryAsync(reply)).Due, Is.EqualTo(_asked.Clock.GetUtcNow() + TimeSpan.FromSeconds(20) + RequestWaits.Grace));
    }

    private static void Wake(RequestWaits waits, StoreWake wake)
    {
        foreach (var message in wake.Messages) waits.Notify(message);
    }

    private async Task<PendingRequest> AskAsync()
    {
        var request = Document("r-1", "H06.40.01/qlvb") with { Type = MessageType.Parse("vn.ask.v1") };
        return await _desk.SubmitAsync(await _asked.SignAsync(request), EnvelopeEncoding.Json, Province, wait: null);
    }

    private async Task<MessageKey> AnswerAsync(MessageRecord request, string id)
    {
        var reply = Document(id, "H06/qlvb") with
        {
            From = Commune, Type = MessageType.Parse("vn.result.v1"), Created = _asked.Clock.GetUtcNow(), InReplyTo = new InReplyTo(request.Key, request.Sha256),
        };
        return (await _answered.Intake.AcceptAsync(await _asked.SignAsync(reply), EnvelopeEncoding.Json, Commune)).Key;
    }

    private async Task<DeliveryRecord> DeliveryAsync(MessageKey reply) => (await _asked.Store.ListDeliveriesAsync(reply)).Single();
}
