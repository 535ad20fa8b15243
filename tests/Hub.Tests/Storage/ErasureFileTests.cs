using System.Text.Json;
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

    [Test]
    public void ReadKept_ATornLastLine_IsLeftOut()
    {
        new ErasureFile(_folder.Path).Add(Line('a'));
        File.AppendAllText(ListPath, "{\"key\":\"bb");
        Assert.That(ErasureFile.ReadKept(ListPath), Is.EqualTo(new[] { Line('a') }));
    }

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("{\"items\":[]}")]
    [TestCase("{\"items\":[{\"key\":\"x\"}]}")]
    [TestCase("{\"key\":\"x\"}\n")]
    [TestCase("{\"key\":\"bb\n")]
    public void ReadKept_NoErasureInIt_IsRefused(string text)
    {
        File.WriteAllText(ListPath, text);
        Assert.That(() => ErasureFile.ReadKept(ListPath), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void ReadKept_WhatTheCommandPrinted_IsRead()
    {
        File.WriteAllText(ListPath, JsonSerializer.Serialize(new { items = new[] { Line('a'), Line('b') } }, Printed));
        Assert.That(ErasureFile.ReadKept(ListPath), Is.EqualTo(new[] { Line('a'), Line('b') }));
    }

    private static readonly JsonSerializerOptions Printed = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    private string ListPath => Path.Combine(_folder.Path, ErasureFile.Name);

    private static ErasureLine Line(char digit, int day = 1) => new(new string(digit, 64), new DateTimeOffset(2026, 11, day, 0, 0, 0, TimeSpan.Zero), "operator:truc-ban", "Quyết định 12/QĐ");
}
