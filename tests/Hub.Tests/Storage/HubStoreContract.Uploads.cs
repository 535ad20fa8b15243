using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

// Which uploads messages name, and which of them erasure leaves to nobody.
public abstract partial class HubStoreContract
{
    private static readonly string A = new('a', 64);
    private static readonly string B = new('b', 64);
    private static readonly string C = new('c', 64);

    [Test]
    public async Task IsUploadNamed_OfTheSendersMessagesOnly()
    {
        await Store.AddAsync(NewMessage("one") with { Uploads = [A, B] });
        Assert.That((await NamedAsync(Sender, A), await NamedAsync(Sender, B), await NamedAsync(Sender, C)), Is.EqualTo((true, true, false)));
        Assert.That((await NamedAsync(Other, A), await NamedAsync(Receiver, A)), Is.EqualTo((false, false)), "another owner's upload is another one");
    }

    [Test]
    public async Task IsUploadNamed_InATransaction_SeesItsOwnWrites()
    {
        await using var transaction = await Store.BeginAsync();
        await transaction.InsertMessageAsync(NewMessage("one") with { Uploads = [A] }, Octets("one"), []);
        Assert.That((await transaction.IsUploadNamedAsync(new UploadName(Sender, A)), await NamedAsync(Sender, A)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Erase_Uploads_AreListedWhenNoOtherMessageOfTheSenderNamesThem()
    {
        await Store.AddAsync(NewMessage("one") with { Uploads = [A, B] });
        await Store.AddAsync(NewMessage("two") with { Uploads = [B] });
        await Store.AddAsync(NewMessage("theirs", Other) with { Uploads = [A] });

        await EraseAsync("one");
        Assert.That(await ErasedAsync(), Is.EqualTo(new[] { new UploadName(Sender, A) }));
        Assert.That((await NamedAsync(Sender, A), await NamedAsync(Sender, B), await NamedAsync(Other, A)), Is.EqualTo((false, true, true)));

        await EraseAsync("two");
        Assert.That(await ErasedAsync(), Is.EquivalentTo(new[] { new UploadName(Sender, A), new UploadName(Sender, B) }));
    }

    [Test]
    public async Task ErasedUploads_AreListedUntilTheyAreForgotten()
    {
        await Store.AddAsync(NewMessage("one") with { Uploads = [A, B] });
        await EraseAsync("one");
        Assert.That(await ErasedAsync(limit: 1), Has.Count.EqualTo(1));
        await Store.WriteAsync(t => t.ForgetErasedUploadAsync(new UploadName(Sender, A)));
        Assert.That(await ErasedAsync(), Is.EqualTo(new[] { new UploadName(Sender, B) }));
    }

    [Test]
    public async Task ErasedUploads_NamedAgain_AreNotListed()
    {
        await Store.AddAsync(NewMessage("one") with { Uploads = [A] });
        await EraseAsync("one");
        await Store.AddAsync(NewMessage("two") with { Uploads = [A] });
        Assert.That(await ErasedAsync(), Is.Empty);
        Assert.That(await NamedAsync(Sender, A));
    }

    [Test]
    public async Task Erase_Deliveries_LoseTheirWordsAndKeepTheirCodes()
    {
        var message = NewMessage("one");
        var told = NewDelivery(message) with
        {
            State = DeliveryState.Acknowledged, LastProblem = "recipient-failed", LastDetail = "Nguyễn Văn A not found", Status = "02", Reason = "Sai họ tên", Outcome = "refused", AssertedBy = "hub",
        };
        var other = NewMessage("two");
        await Store.AddAsync(message, told);
        await Store.AddAsync(other, told with { Message = other.Key });
        await EraseAsync("one");
        var delivery = (await Store.ListDeliveriesAsync(message.Key)).Single();
        Assert.That(delivery, Is.EqualTo(told with { Id = delivery.Id, LastDetail = null, Reason = null }));
        Assert.That((await Store.ListDeliveriesAsync(other.Key)).Single().Reason, Is.EqualTo("Sai họ tên"));
    }

    private async Task<bool> NamedAsync(Hub.Contracts.Addresses.SystemAddress owner, string sha256) => await Store.IsUploadNamedAsync(new UploadName(owner, sha256));

    private Task EraseAsync(string id) => Store.WriteAsync(t => t.EraseAsync(NewMessage(id).Key, Start.AddDays(1)));

    private Task<IReadOnlyList<UploadName>> ErasedAsync(int limit = 10) => Store.WriteAsync(t => t.ListErasedUploadsAsync(limit));
}
