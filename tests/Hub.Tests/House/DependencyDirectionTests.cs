using System.Reflection;
using System.Xml.Linq;

namespace Hub.Tests.House;

[TestFixture]
public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Hub.Contracts"] = [],
        ["Hub.Core"] = ["Hub.Contracts"],
        ["Hub.Adapters"] = ["Hub.Contracts", "Hub.Core"],
        ["Hub.Adapters.SqlServer"] = ["Hub.Contracts", "Hub.Core", "Hub.Adapters"],
        ["Hub.Apps"] = ["Hub.Contracts", "Hub.Core"],
        ["Hub.Host"] = ["Hub.Contracts", "Hub.Core", "Hub.Adapters", "Hub.Adapters.SqlServer", "Hub.Apps"],
    };

    private static IEnumerable<string> Projects => Allowed.Keys;

    [TestCaseSource(nameof(Projects))]
    public void Project_InItsFile_ReferencesOnlyProjectsAboveIt(string project)
    {
        var references = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.That(references, Is.SubsetOf(Allowed[project]));
    }

    [TestCaseSource(nameof(Projects))]
    public void Assembly_AsCompiled_ReferencesOnlyAssembliesAboveIt(string project)
    {
        var references = Assembly.Load(Repository.AssemblyOf(project)).GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Hub.", StringComparison.Ordinal));
        Assert.That(references, Is.SubsetOf(Allowed[project]));
    }

    [Test]
    public void Projects_InTheRoot_AreThoseOfThePlan() =>
        Assert.That(
            Directory.GetDirectories(Repository.Root, "Hub.*").Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Select(Path.GetFileName),
            Is.EquivalentTo(Allowed.Keys));

    [Test]
    public void Contracts_Anywhere_NeedsNoPackage() => Assert.That(Items("Hub.Contracts", "PackageReference"), Is.Empty);

    private static List<string> Items(string project, string item) =>
        [.. XDocument.Load(Repository.PathOf(project, $"{project}.csproj")).Descendants(item).Select(element => (string)element.Attribute("Include")!)];
}
