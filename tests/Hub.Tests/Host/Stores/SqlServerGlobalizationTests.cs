using Hub.Host.Composition.Stores;

namespace Hub.Tests.Host.Stores;

[TestFixture]
public sealed class SqlServerGlobalizationTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-icu-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("serve --store sqlserver:Server=x", true)]
    [TestCase("serve --store=sqlserver:Server=x", true)]
    [TestCase("store copy --from a --to sqlserver:Server=x", true)]
    [TestCase("serve --store postgres:Host=sqlserver:", false)]
    [TestCase("serve", false)]
    [TestCase("serve --store", false)]
    public void IsAskedFor_ByTheCommandLine_IsSeen(string args, bool expected) =>
        Assert.That(SqlServerGlobalization.IsAskedFor([.. args.Split(' '), "--data", _folder]), Is.EqualTo(expected));

    [TestCase("sqlserver:Server=x;Password=y", true)]
    [TestCase("postgres:Host=x;Password=y", false)]
    public void IsAskedFor_ByAFile_IsSeen(string content, bool expected)
    {
        var file = Path.Combine(_folder, "store");
        File.WriteAllText(file, content);
        Assert.That(SqlServerGlobalization.IsAskedFor(["serve", "--data", _folder, "--store-file", file]), Is.EqualTo(expected));
        Assert.That(SqlServerGlobalization.IsAskedFor(["store", "copy", "--from", _folder, $"--to-file={file}", "--data", _folder]), Is.EqualTo(expected));
    }

    [TestCase("sqlserver", true)]
    [TestCase("postgres", false)]
    public void IsAskedFor_ByTheDataFoldersMemory_IsSeen(string kind, bool expected)
    {
        new StoreMemory(kind, "hub", $"{kind}:x", null, null, null).Write(_folder);
        Assert.That(SqlServerGlobalization.IsAskedFor(["status", "--data", _folder]), Is.EqualTo(expected));
    }
}
