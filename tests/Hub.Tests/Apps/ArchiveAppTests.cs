using System.Text;
using Hub.Apps.Archive;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Tests.Delivery;
using static Hub.Tests.Delivery.DeliveryBench;

namespace Hub.Tests.Apps;

public class ArchiveAppTests
{
    private DeliveryBench _bench = null!;

    [SetUp]
    public async Task Start()
    {
        _bench = await StartAsync(null, new ArchiveApp());
        _bench.Dispatch();
    }

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task Document_IsFiledAndAnswered01Then03()
    {
        var key = await _bench.AcceptAsync("1", AppSystem, Example());
        var delivery = await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        var record = (await RecordsAsync()).Single();
        Assert.That(record.Key, Is.EqualTo("documents/2026/H06/qlvb/1"));
        var filed = ArchiveRecord.Parse(record.Value.Span);
        Assert.That(
            (filed.DocumentId, filed.Number, filed.Notation, filed.Issuer, filed.Issued, filed.Message, filed.DuplicateOf),
            Is.EqualTo(("H06,2017/05/22,125/UBND-TH", "125", "UBND-TH", "H06", new DateOnly(2017, 5, 22), key.Value, (string?)null)));
        Assert.That(filed.Sha256, Is.EqualTo((await _bench.Store.FindMessageAsync(key))!.Sha256));
        Assert.That(delivery.Status, Is.EqualTo("03"));
        Assert.That((await _bench.TakeAllAsync(Sender)).Select(e => Acknowledgement.Read(e).Status), Is.EqualTo(new[] { "01", "03" }));
    }

    [Test]
    public async Task SendersAgencyClosedMeanwhile_FiledAndAnswered()
    {
        await _bench.StopAsync();
        var key = await _bench.AcceptAsync("1", AppSystem, Example());
        var content = _bench.Registry.Current.Content;
        _bench.Registry.Current = new RegistrySnapshot(2, content with
        {
            Agencies = [.. content.Agencies.Select(a => a.Code == Sender.Agency ? a with { ValidUntil = _bench.Clock.GetUtcNow() } : a)],
        });
        _bench.Dispatch();
        await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        Assert.That(await RecordsAsync(), Has.Count.EqualTo(1));
        Assert.That((await _bench.TakeAllAsync(Sender)).Select(e => Acknowledgement.Read(e).Status), Is.EqualTo(new[] { "01", "03" }));
    }

    [Test]
    public async Task SenderNoLongerRegistered_FiledAndTheDroppedAnswersAreInTheTrail()
    {
        await _bench.StopAsync();
        var key = await _bench.AcceptAsync("1", AppSystem, Example());
        var content = _bench.Registry.Current.Content;
        _bench.Registry.Current = new RegistrySnapshot(2, content with { Systems = [.. content.Systems.Where(s => s.Address != Sender)] });
        _bench.Dispatch();
        await _bench.UntilAsync(key, DeliveryState.Acknowledged);
        Assert.That(await RecordsAsync(), Has.Count.EqualTo(1));
        Assert.That((await _bench.KindsAsync(key)).Count(k => k == "delivery.answer-dropped"), Is.EqualTo(2));
    }

    [Test]
    public async Task SameDocumentAgain_IsFiledAndMarked()
    {
        var first = await _bench.AcceptAsync("1", AppSystem, Example());
        await _bench.UntilAsync(first, DeliveryState.Acknowledged);
        var second = await _bench.AcceptAsync("2", AppSystem, Example());
        var delivery = await _bench.UntilAsync(second, DeliveryState.Acknowledged);
        var records = (await RecordsAsync()).Select(r => ArchiveRecord.Parse(r.Value.Span)).ToDictionary(r => r.Message);
        Assert.That(records[second.Value].DuplicateOf, Is.EqualTo(first.Value));
        Assert.That((delivery.Status, delivery.Reason), Is.EqualTo(("03", "Trùng văn bản H06,2017/05/22,125/UBND-TH đã vào sổ trước đó.")));
    }

    [Test]
    public async Task SameDocumentManyTimesAtOnce_OnlyOneIsTheFirst()
    {
        await _bench.StopAsync();
        for (var i = 0; i < 20; i++) await _bench.AcceptAsync($"m{i}", AppSystem, Example());
        _bench.Dispatch();
        await _bench.UntilAsync(async () => (await RecordsAsync()).Count == 20);
        var records = (await RecordsAsync()).Select(r => ArchiveRecord.Parse(r.Value.Span)).ToList();
        Assert.That(records.Count(r => r.DuplicateOf is null), Is.EqualTo(1));
    }

    [TestCase("<Subject>", "<Sub>", "</Subject>", "</Sub>")]
    [TestCase("<CodeNumber>125", "<CodeNumber>", "", "")]
    [TestCase("2017-05-22", "2017/05/22", "", "")]
    [TestCase("urn:hub:vn:document:1", "urn:other", "", "")]
    public async Task UnreadableDocument_IsRefusedWith02AndAReason(string good, string bad, string alsoGood, string alsoBad)
    {
        var text = ExampleText().Replace(good, bad, StringComparison.Ordinal);
        if (alsoGood.Length > 0) text = text.Replace(alsoGood, alsoBad, StringComparison.Ordinal);
        var delivery = await _bench.UntilAsync(await _bench.AcceptAsync("1", AppSystem, Xml(text)), DeliveryState.Acknowledged);
        Assert.That((delivery.Outcome, delivery.Status), Is.EqualTo(("refused", "02")));
        Assert.That(delivery.Reason, Is.Not.Empty);
        Assert.That(await RecordsAsync(), Is.Empty);
    }

    [Test]
    public async Task PayloadThatIsNoXml_IsRefused()
    {
        var delivery = await _bench.UntilAsync(await _bench.AcceptAsync("1", AppSystem), DeliveryState.Acknowledged);
        Assert.That(delivery.Status, Is.EqualTo("02"));
    }

    private static string ExampleText() => File.ReadAllText(Path.Combine(VnDocumentSchemaTests.Schemas, "examples", "vn.document.v1.xml"));

    private static Payload Example() => Xml(ExampleText());

    private static Payload Xml(string text)
    {
        var element = text[text.IndexOf("<Document", StringComparison.Ordinal)..].Trim();
        return new Payload { Form = PayloadForm.Xml, MediaType = "application/xml", Data = Encoding.UTF8.GetBytes(element) };
    }

    private async Task<IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>> RecordsAsync() =>
        await _bench.Store.ListAppStateAsync(AppSystem, "documents/", 100);
}
