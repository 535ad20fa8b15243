using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Registry;
using Hub.Host.Demo;
using Hub.Host.DevPki;

namespace Hub.Tests.Demo;

public class DemoSeedTests
{
    private static readonly MessageType Document = MessageType.Parse("vn.document.v1");
    private static readonly DateTimeOffset Now = new(2017, 5, 22, 3, 0, 0, TimeSpan.Zero);
    private RegistryContent _content = null!;
    private RegistrySnapshot _registry = null!;

    [OneTimeSetUp]
    public void ReadSeed()
    {
        _content = RegistryDocument.Read(DemoSeed.Read(), SystemAddress.Parse("H06.09/lgsp"), development: false).Content;
        _registry = new RegistrySnapshot(1, _content);
    }

    [TestCase("central", 6)]
    [TestCase("province", 21)]
    [TestCase("district", 8)]
    [TestCase("commune", 82)]
    public void Seed_Agencies_AreThoseOf2017(string level, int count) =>
        Assert.That(_content.Agencies.Count(agency => agency.Level == level), Is.EqualTo(count));

    [Test]
    public void Seed_CodesOfTheProvince_AreFlaggedUnverified() =>
        Assert.That(_content.Agencies.Where(agency => agency.Code.Value.StartsWith("H06", StringComparison.Ordinal)), Has.All.Property(nameof(Agency.Verified)).False);

    [Test]
    public void Seed_EveryAgency_HasBothCodesAndReceivesDocuments()
    {
        Assert.That(_content.Agencies, Has.All.Property(nameof(Agency.LegacyCode)).Not.Null);
        var all = _content.Agencies.Select(agency => new Recipient(RecipientAddress.Parse(agency.Code.Value))).ToList();
        Assert.That(_registry.Resolve(all, Document, Now), Has.Count.EqualTo(all.Count));
    }

    [TestCase("communes-dat-do", 8)]
    [TestCase("communes-chau-duc", 16)]
    [TestCase("communes-vung-tau", 17)]
    [TestCase("districts", 8)]
    public void Seed_Group_HasItsMembers(string group, int count) =>
        Assert.That(_registry.Resolve([new Recipient(RecipientAddress.Parse("group:" + group))], Document, Now), Has.Count.EqualTo(count));

    [TestCase("G22/qlvb", "H06/qlvb", 4, true)]
    [TestCase("G14/qlvb", "H06.09/qlvb", 2, true)]
    [TestCase("H06/qlvb", "H06.41/qlvb", 4, true)]
    [TestCase("H06/qlvb", "G22/qlvb", 0, true)]
    [TestCase("H06/qlvb", "H06/archive", 0, true)]
    [TestCase("H06.44/qlvb", "H06.44.03/qlvb", 4, true)]
    [TestCase("H06.44/qlvb", "H06/archive", 0, true)]
    [TestCase("H06.44/qlvb", "H06.45.01/qlvb", 4, false)]
    [TestCase("H06.44.03/qlvb", "H06.44/qlvb", 2, true)]
    [TestCase("H06.44.03/qlvb", "H06/qlvb", 0, false)]
    [TestCase("H06.44.03/qlvb", "G22/qlvb", 0, false)]
    public void Seed_Rights_FollowTheLevels(string from, string to, int priority, bool allowed) =>
        Assert.That(_registry.Allows(SystemAddress.Parse(from), Document, SystemAddress.Parse(to), priority, Now), Is.EqualTo(allowed));

    [Test]
    public void Make_FromTheSeed_GivesEverySystemADevelopmentKeyAndMovesPushes()
    {
        var folder = Directory.CreateTempSubdirectory("hub-seed-").FullName;
        try
        {
            using var keys = DevelopmentKeyFolder.OpenOrCreate(folder, TimeProvider.System);
            var made = DemoRegistry.Make(DemoSeed.Read(), keys, new Dictionary<int, int> { [7101] = 23456, [7102] = 23457 });
            var own = made.Content.Systems.Where(system => system.Channel.Kind != "app").ToList();
            Assert.That(own.SelectMany(system => system.Keys), Has.Exactly(own.Count).Property(nameof(SystemKey.Development)).True);
            var ports = own.Where(system => system.Channel.Kind == "push").Select(system => system.Channel.Url!.Port).Distinct();
            Assert.That(ports, Is.EquivalentTo(new[] { 23456, 23457 }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
