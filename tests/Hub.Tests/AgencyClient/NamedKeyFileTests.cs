using Hub.Host.AgencyClient;

namespace Hub.Tests.AgencyClient;

[TestFixture]
public sealed class NamedKeyFileTests
{
    [TestCase("key.pem", null, null, "key.pem")]
    [TestCase("e2=key.pem", null, "e2", "key.pem")]
    [TestCase("H06.40/qlvb#e2=keys/a=b.pem", "H06.40/qlvb", "e2", "keys/a=b.pem")]
    [TestCase("=key.pem", null, null, "=key.pem")]
    public void Parse_OfAName_TakesItApart(string text, string? owner, string? id, string path)
    {
        var file = NamedKeyFile.Parse(text);
        Assert.That((file.Owner?.ToString(), file.Id, file.Path), Is.EqualTo((owner, id, path)));
    }

    [TestCase("qlvb#e1=key.pem")]
    [TestCase("H06/qlvb#=key.pem")]
    public void Parse_OfAnotherName_Refuses(string text) => Assert.Throws<FormatException>(() => NamedKeyFile.Parse(text));

    [Test]
    public void Parse_OfAFileWithAnEqualsSign_IsThatFile()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("key-file-").FullName, "a=b.pem");
        File.WriteAllText(path, "no key");
        Assert.That(NamedKeyFile.Parse(path), Is.EqualTo(new NamedKeyFile(null, null, path)));
        Assert.Throws<FormatException>(() => NamedKeyFile.Parse(path).Public());
        Assert.Throws<FormatException>(() => NamedKeyFile.Parse(path).Private());
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
