using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Registry.Documents;
using Hub.Tests.House;

namespace Hub.Tests.Registry;

public sealed class RegistryExampleTests
{
    [Test]
    public void Read_ExampleOfTheSchemas_IsValidAndRoutes()
    {
        var yaml = File.ReadAllText(Path.Combine(Repository.Root, "schemas", "examples", "registry.yaml"));

        var read = RegistryDocument.Read(yaml, SystemAddress.Parse("Z97.09/lgsp"), development: false);

        var snapshot = new RegistrySnapshot(1, read.Content);
        var at = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
        var document = MessageType.Parse("vn.document.v1");
        Assert.That(read.Warnings, Is.Empty);
        Assert.That(ObjectForms.Of(read.Content).Select(o => o.Section).Distinct(), Is.EqualTo(RegistrySections.All), "a short example of each section");
        Assert.That(snapshot.Allows(SystemAddress.Parse("Z97/qlvb"), document, SystemAddress.Parse("Z97.40/qlvb"), 0, at), Is.True);
        Assert.That(snapshot.Allows(SystemAddress.Parse("Z97.40/qlvb"), document, SystemAddress.Parse("Z97.40/qlvb"), 0, at), Is.False);
    }
}
