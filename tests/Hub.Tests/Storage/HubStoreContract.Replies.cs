using Hub.Contracts.Addresses;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

public abstract partial class HubStoreContract
{
    [Test]
    public async Task FindReply_OfSeveral_IsTheFirstFromARecipientToTheSenderOfThatType()
    {
        var request = NewMessage("request");
        await Store.AddAsync(request);
        Assert.That(await Store.FindReplyAsync(request.Key, Report, Start), Is.Null);
        var reply = NewMessage("a", Receiver) with { Type = Report, InReplyTo = request.Key };
        await Store.AddAsync(NewMessage("stranger", Other) with { Type = Report, InReplyTo = request.Key }, NewDelivery(NewMessage("stranger", Other), Sender));
        await Store.AddAsync(NewMessage("type", Receiver) with { InReplyTo = request.Key }, NewDelivery(NewMessage("type", Receiver), Sender));
        await Store.AddAsync(NewMessage("elsewhere", Receiver) with { Type = Report, InReplyTo = request.Key }, NewDelivery(NewMessage("elsewhere", Receiver), Other));
        await Store.AddAsync(NewMessage("later", Receiver) with { Type = Report, InReplyTo = request.Key, NotBefore = Start.AddHours(1) }, NewDelivery(NewMessage("later", Receiver), Sender));
        Assert.That(await Store.FindReplyAsync(request.Key, Report, Start), Is.Null);
        await Store.AddAsync(reply, NewDelivery(reply, Sender));
        var second = NewMessage("b", Receiver) with { Type = Report, InReplyTo = request.Key };
        await Store.AddAsync(second, NewDelivery(second, Sender));
        Assert.That((await Store.FindReplyAsync(request.Key, Report, Start))?.Key, Is.EqualTo(reply.Key));
        Assert.That((await Store.FindReplyAsync(request.Key, MessageType.Parse("vn.none.v1"), Start))?.Key, Is.Null);
    }

    [Test]
    public async Task CountReplies_OfSeveralSenders_CountsOnesOwnUpToALimit()
    {
        var request = NewMessage("request");
        await Store.AddAsync(request);
        foreach (var id in new[] { "a", "b", "c" }) await Store.AddAsync(NewMessage(id, Receiver) with { InReplyTo = request.Key });
        await Store.AddAsync(NewMessage("other", Other) with { InReplyTo = request.Key });
        Assert.That(
            (await Store.CountRepliesAsync(request.Key, Receiver, 9), await Store.CountRepliesAsync(request.Key, Receiver, 2), await Store.CountRepliesAsync(request.Key, Sender, 9)),
            Is.EqualTo((3, 2, 0)));
    }
}
