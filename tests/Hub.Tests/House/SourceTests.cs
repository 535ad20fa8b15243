namespace Hub.Tests.House;

[TestFixture]
public sealed class SourceTests
{
    private static readonly string[] BannedFolders = ["Utils", "Util", "Utilities", "Helpers", "Helper", "Managers", "Manager", "Common", "Misc", "Shared"];

    [Test]
    public void File_OfCSharp_HasAtMost450Lines() =>
        Assert.That(Sources().Where(file => File.ReadLines(file).Count() > 450).Select(Relative), Is.Empty);

    [Test]
    public void Folder_Anywhere_IsAWordOfTheDomain() =>
        Assert.That(
            Sources().Select(file => Path.GetDirectoryName(Relative(file))!).Distinct()
                .Where(folder => folder.Split(Path.DirectorySeparatorChar).Any(name => BannedFolders.Contains(name, StringComparer.OrdinalIgnoreCase))),
            Is.Empty);

    [Test]
    public void Files_OfCSharp_AreFound() => Assert.That(Sources().Count(), Is.GreaterThan(50));

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Repository.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" || part.StartsWith('.')));

    private static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);
}
