using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Storage;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Delivery;

public sealed class DeadLetterNotesTests
{
    private const string Group = "H06.40/qlvb:recipient-rejected";
    private DeliveryBench _bench = null!;
    private DeliveryRecord _dead = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _bench = await DeliveryBench.StartAsync();
        _bench.Channel.Partner = (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, "no"));
        _bench.Dispatch();
        _dead = await _bench.UntilAsync(await _bench.AcceptAsync("1", Pushed), DeliveryState.Dead);
    }

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Add_ToADelivery_KeepsEveryNoteAndLogsIt()
    {
        await Notes.AddAsync(Delivery, "called them", "operator:an");
        await Notes.AddAsync(Delivery, "they are at it", "operator:binh");
        Assert.That((await Notes.FindAsync(Delivery)).Notes.Select(n => (n.By, n.Text)), Is.EqualTo(new[] { ("operator:an", "called them"), ("operator:binh", "they are at it") }));
        Assert.That((await _bench.KindsAsync(_dead.Message)).Count(kind => kind == "dead-letters.noted"), Is.EqualTo(2));
    }

    [Test]
    public async Task Add_ManyAtOnce_LosesNone()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Notes.AddAsync(OfGroup, $"{i}", $"operator:{i}").AsTask()));
        Assert.That((await Notes.FindAsync(OfGroup)).Notes, Has.Count.EqualTo(20));
    }

    [Test]
    public async Task SetOwner_OfAGroup_StandsUntilItIsCleared()
    {
        await Notes.SetOwnerAsync(OfGroup, "operator:an", "operator:an");
        Assert.That((await Notes.FindAsync(OfGroup)).Owner, Is.EqualTo("operator:an"));
        await Notes.SetOwnerAsync(OfGroup, null, "operator:binh");
        Assert.That((await Notes.FindAsync(OfGroup)).Owner, Is.Null);
    }

    [Test]
    public async Task Erase_TakesTheNotesOfItsDeliveries()
    {
        await Notes.AddAsync(Delivery, "the applicant asks", "operator:an");
        await Notes.AddAsync(OfGroup, "their certificate ended", "operator:an");
        await _bench.Committer.RunAsync(scope => Erasure.EraseAsync(scope, _dead.Message, [_dead], _bench.Keys.Address, "operator:an", "law", _bench.Signals, _bench.Clock.GetUtcNow()));
        Assert.That((await Notes.FindAsync(Delivery)).Notes, Is.Empty);
        Assert.That((await Notes.FindAsync(OfGroup)).Notes, Has.Count.EqualTo(1));
        Assert.That((await _bench.Store.ListEntriesAsync(_dead.Message)).Where(e => e.ParseHeader().Kind == "dead-letters.noted").Select(e => e.Body), Is.All.Null);
        Assert.That(CodeOf(async () => await Notes.AddAsync(Delivery, "again", "operator:an")), Is.EqualTo("content-erased"));
    }

    [Test]
    public async Task Erase_WhatWasAcknowledgedAfterItsDeath_TakesItsNotesToo()
    {
        await Notes.AddAsync(Delivery, "the applicant asks", "operator:an");
        await _bench.Committer.RunAsync(async scope =>
        {
            await scope.Transaction.UpdateDeliveryAsync((await scope.Transaction.FindDeliveryAsync(_dead.Id))! with { State = DeliveryState.Acknowledged });
            return true;
        });
        await _bench.Committer.RunAsync(scope => Erasure.EraseAsync(scope, _dead.Message, [_dead], _bench.Keys.Address, "operator:an", "law", _bench.Signals, _bench.Clock.GetUtcNow()));
        Assert.That((await Notes.FindAsync(Delivery)).Notes, Is.Empty);
    }

    [TestCase("H06.40/qlvb:recipient-failed", "not-found")]
    [TestCase("999", "not-found")]
    public void Add_ToNothing_IsRefused(string subject, string code) =>
        Assert.That(CodeOf(async () => await Notes.AddAsync(DeadLetterSubject.Parse(subject), "x", "operator:an")), Is.EqualTo(code));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("H06.40/qlvb")]
    [TestCase("H06.40/qlvb:No Such")]
    public void Parse_NeitherDeliveryNorGroup_InvalidRequest(string text) =>
        Assert.That(Assert.Throws<ProblemException>(() => DeadLetterSubject.Parse(text))!.Code, Is.EqualTo(ProblemCode.InvalidRequest));

    private DeadLetterNotes Notes => new(_bench.Committer, _bench.Store, _bench.Keys, _bench.Clock);

    private DeadLetterSubject Delivery => DeadLetterSubject.Parse($"{_dead.Id}");

    private static DeadLetterSubject OfGroup => DeadLetterSubject.Parse(Group);
}
