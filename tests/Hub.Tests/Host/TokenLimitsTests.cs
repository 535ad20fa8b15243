using System.Net;
using Hub.Contracts.Problems;
using Hub.Host.Identity;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class TokenLimitsTests
{
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    [TestCase("fe80::1%3", "fe80::/64")]
    [TestCase("::1", "::1")]
    [TestCase("192.0.2.7", "192.0.2.7")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7")]
    public void Source_OfAnAddress_IsWhatOneSubscriberHas(string address, string source) =>
        Assert.That(PeerSource.Of(IPAddress.Parse(address)), Is.EqualTo(source));

    [Test]
    public void TakeOfAll_BeyondTheBucket_AsksToComeBack()
    {
        using var limits = new TokenLimits(autoReplenishment: false);
        for (var i = 0; i < TokenLimits.AllAtOnce; i++) limits.TakeOfAll();
        var refused = Assert.Throws<ProblemException>(limits.TakeOfAll)!.Problem;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(ProblemCode.RateLimited));
            Assert.That(refused.RetryAfter, Is.Not.Null);
        });
    }
}
