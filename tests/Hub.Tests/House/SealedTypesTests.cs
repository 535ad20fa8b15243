using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hub.Tests.House;

[TestFixture]
public sealed class SealedTypesTests
{
    [TestCase("Hub.Contracts")]
    [TestCase("Hub.Core")]
    [TestCase("Hub.Adapters")]
    [TestCase("Hub.Adapters.SqlServer")]
    [TestCase("Hub.Apps")]
    [TestCase("Hub.Host")]
    public void Class_UnlessAbstract_IsSealed(string project)
    {
        var open = Assembly.Load(Repository.AssemblyOf(project)).GetTypes()
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }
                && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                && type.Namespace?.StartsWith("Hub.", StringComparison.Ordinal) == true)
            .Select(type => type.FullName);
        Assert.That(open, Is.Empty, "seal it, or make it abstract when it is designed for inheritance");
    }
}
