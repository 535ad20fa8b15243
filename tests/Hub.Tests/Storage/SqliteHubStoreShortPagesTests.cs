using FsCheck;
using FsCheck.Fluent;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>The contract once more, with pages that end after two rows looked at, and what such pages add up to.</summary>
public sealed class SqliteHubStoreShortPagesTests : HubStoreContract
{
    private DataFolder _folder = null!;

    protected override bool ShortPages => true;

    protected override void PutDocument(long version, string document) => _folder.PutDocument(version, document);

    protected override IHubStore Create()
    {
        _folder = new DataFolder();
        return _folder.CreateStore(mostScanned: 2);
    }

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Lists_OfAnyDataByAnyFilter_AddUpToTheUnboundedList()
    {
        var seeds = Gen.Choose(0, int.MaxValue - 1);
        var world = from data in seeds from filters in seeds from bound in Gen.Choose(1, 7) select (data, filters, bound);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(8), Prop.ForAll(Arb.From(world), w => AddsUpAsync(w.data, w.filters, w.bound).GetAwaiter().GetResult()));
    }

    private static async Task AddsUpAsync(int data, int filters, int bound)
    {
        using var folder = new DataFolder();
        await Storage.ShortPages.AddUpAsync(mostScanned => folder.CreateStore(mostScanned: mostScanned), data, filters, bound);
    }
}
