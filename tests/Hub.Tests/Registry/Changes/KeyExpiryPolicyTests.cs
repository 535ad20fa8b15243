using Hub.Core.Registry;
using Hub.Core.Registry.Changes;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class KeyExpiryPolicyTests
{
    private static readonly SystemKey Key = RegistrySamples.Snapshot().Systems.First(s => s.Keys.Count > 0).Keys[0] with { NotAfter = RegistrySamples.Now };

    [TestCase(61, null, null)]
    [TestCase(60, null, 60)]
    [TestCase(59, 60, null)]
    [TestCase(14, 60, 14)]
    [TestCase(2, 60, 3)]
    [TestCase(2, null, 3)]
    [TestCase(2, 3, null)]
    [TestCase(0, 14, null)]
    public void Due_DaysBeforeTheEnd_TellsEachThresholdOnce(int days, int? told, int? due) =>
        Assert.That(KeyExpiryPolicy.Due(Key, told, RegistrySamples.Now.AddDays(-days)), Is.EqualTo(due));

    [Test]
    public void Due_RevokedOrEndless_IsNothing()
    {
        var soon = RegistrySamples.Now.AddDays(-1);
        Assert.That(KeyExpiryPolicy.Due(Key with { Revoked = soon }, null, soon), Is.Null);
        Assert.That(KeyExpiryPolicy.Due(Key with { NotAfter = null }, null, soon), Is.Null);
    }
}
