using Hub.Adapters.Stores.Files;

namespace Hub.Tests.Storage;

[TestFixture]
public sealed class ErasureFileTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Add_AfterALineThatACrashCutShort_LosesNeitherNeighbour()
    {
        var list = new ErasureFile(_folder.Path);
        list.Add(Line('a'));
        File.AppendAllText(ListPath, "{\"key\":\"bb");
        list.Add(Line('c'));
        Assert.That(ErasureFile.Read(ListPath), Is.EqualTo(new[] { Line('a'), Line('c') }));
    }

    [Test]
    public void Merge_ListsOfSeveralNodes_KeepsEachMessageOnce()
    {
        var all = ErasureFile.Merge(_folder.Path, [Line('b', 2), Line('a', 1), Line('b', 3)]);
        Assert.That(ErasureFile.Read(ListPath), Is.EqualTo(all));
        Assert.That(all.Select(static line => line.Key[0]), Is.EqualTo(new[] { 'a', 'b' }));
    }

    private string ListPath => Path.Combine(_folder.Path, ErasureFile.Name);

    private static ErasureLine Line(char digit, int day = 1) => new(new string(digit, 64), new DateTimeOffset(2026, 11, day, 0, 0, 0, TimeSpan.Zero), "operator:truc-ban", "Quyết định 12/QĐ");
}
