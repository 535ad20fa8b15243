using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Host.Identity;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class SubtreeTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly RegistrySnapshot Registry = new(1, new RegistryContent
    {
        Hub = SystemAddress.Parse("Z99/hub"),
        Agencies =
        [
            Agency("H06"), Agency("H06.01", "H06"), Agency("H06.01.02", "H06.01"), Agency("H06.012", "H06"),
            Agency("H29", legacy: "000.00.00.H29"), Agency("G01", "G02"), Agency("G02", "G01"),
        ],
    });

    [TestCase("H06.01", ExpectedResult = true)]
    [TestCase("H06.01.02", ExpectedResult = true)]
    [TestCase("H06", ExpectedResult = false)]
    [TestCase("H06.012", ExpectedResult = false, Description = "a code that begins alike is no child")]
    [TestCase("H06.01.09", ExpectedResult = false, Description = "not in the registry")]
    public bool Holds_UnderTheTown_ByTheTreeOnly(string agency) => Under("H06.01").Holds(AgencyCode.Parse(agency), Now);

    [Test]
    public void Holds_RootWrittenWithItsOlderCode_IsTheSameAgency() =>
        Assert.That(Under("000.00.00.H29").Holds(AgencyCode.Parse("H29"), Now), Is.True);

    [Test]
    public void Holds_WithoutRoot_Everything() =>
        Assert.That(new Subtree(Registry, null).Holds(AgencyCode.Parse("K99"), Now), Is.True);

    [Test]
    public void Holds_TreeThatRunsInACircle_Ends() =>
        Assert.That(Under("H06").Holds(AgencyCode.Parse("G01"), Now), Is.False);

    private static Subtree Under(string root) => new(Registry, AgencyCode.Parse(root));

    private static Agency Agency(string code, string? parent = null, string? legacy = null) => new()
    {
        Code = AgencyCode.Parse(code), Name = code, Level = "province",
        Parent = parent is null ? null : AgencyCode.Parse(parent),
        LegacyCode = legacy is null ? null : AgencyCode.Parse(legacy),
    };
}
