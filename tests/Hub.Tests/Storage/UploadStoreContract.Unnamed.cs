using Hub.Contracts.Addresses;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

// Uploads that no message names, and deletion.
public abstract partial class UploadStoreContract
{
    private static readonly DateTimeOffset Later = TimeProvider.System.GetUtcNow().AddDays(2);

    [Test]
    public async Task ListUnnamed_GivesCompleteOnesSinceBeforeTheInstant()
    {
        var whole = await CompleteAsync(Sender, Content(100));
        await Uploads.BeginAsync(Sender, DigestOf(Content(50)), 50);
        var theirs = await CompleteAsync(Other, Content(100));
        Assert.That(await Uploads.ListUnnamedAsync(Later), Is.EquivalentTo(new[] { whole, theirs }));
        Assert.That(await Uploads.ListUnnamedAsync(TimeProvider.System.GetUtcNow().AddHours(-1)), Is.Empty, "they are younger");
    }

    [Test]
    public async Task Keep_TakesThemOffTheList()
    {
        var (kept, other) = (await CompleteAsync(Sender, Content(100)), await CompleteAsync(Sender, Content(101)));
        Uploads.Keep(Sender, [kept.Sha256, DigestOf([1])]);
        Assert.That(await Uploads.ListUnnamedAsync(Later), Is.EqualTo(new[] { other }));
        Assert.That((await Uploads.FindAsync(Sender, kept.Sha256))!.Complete);
    }

    [Test]
    public async Task Delete_ContentIsGoneAndCanBeUploadedAfresh()
    {
        var content = Content(100_000);
        var (gone, theirs) = (await CompleteAsync(Sender, content), await CompleteAsync(Other, content));
        await Uploads.DeleteAsync(gone);
        Assert.That(await Uploads.FindAsync(Sender, gone.Sha256), Is.Null);
        Assert.That(await Uploads.OpenReadAsync(Sender, gone.Sha256), Is.Null);
        Assert.That(await Uploads.ListUnnamedAsync(Later), Is.EqualTo(new[] { theirs }));
        await CompleteAsync(Sender, content);
        Assert.That(await ReadAsync(gone.Sha256), Is.EqualTo(content));
    }

    [Test]
    public void Delete_NothingThere_IsNothing() => Assert.DoesNotThrowAsync(async () => await Uploads.DeleteAsync(new UploadName(Sender, DigestOf([1]))));

    private protected async Task<UploadName> CompleteAsync(SystemAddress owner, byte[] content)
    {
        var digest = DigestOf(content);
        await Uploads.BeginAsync(owner, digest, content.Length);
        Assert.That((await Uploads.AppendAsync(owner, digest, 0, new MemoryStream(content))).Complete);
        return new UploadName(owner, digest);
    }
}
