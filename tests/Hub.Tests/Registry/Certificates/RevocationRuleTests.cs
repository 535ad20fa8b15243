using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;

namespace Hub.Tests.Registry.Certificates;

public sealed class RevocationRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [TestCase("off", ExpectedResult = CertificateVerdict.Good)]
    [TestCase("grace", ExpectedResult = CertificateVerdict.Good)]
    [TestCase("strict", ExpectedResult = CertificateVerdict.Broken)]
    public CertificateVerdict Judge_NeverLookedAt_OnlyStrictRefuses(string revocation) => Judge(null, revocation);

    [TestCase(-23, ExpectedResult = CertificateVerdict.Good)]
    [TestCase(-24, ExpectedResult = CertificateVerdict.Broken)]
    public CertificateVerdict Judge_NobodyEverAnswered_GraceCountsFromTheFirstLook(int hours) =>
        Judge(new CertificateStanding(CertificateState.Unknown, Now.AddHours(hours)), "grace");

    [TestCase("grace", 1, ExpectedResult = CertificateVerdict.Good)]
    [TestCase("grace", -23, ExpectedResult = CertificateVerdict.Good)]
    [TestCase("grace", -24, ExpectedResult = CertificateVerdict.Broken)]
    [TestCase("strict", 1, ExpectedResult = CertificateVerdict.Good)]
    [TestCase("strict", 0, ExpectedResult = CertificateVerdict.Broken)]
    [TestCase("off", -1000, ExpectedResult = CertificateVerdict.Good)]
    public CertificateVerdict Judge_GoodAnswer_HoldsUntilNextUpdateAndInGraceBeyond(string revocation, int untilHours) =>
        Judge(new CertificateStanding(CertificateState.Good, Now.AddYears(-1)) { Until = Now.AddHours(untilHours) }, revocation);

    [TestCase("grace", 0, ExpectedResult = CertificateVerdict.Revoked)]
    [TestCase("grace", 1, ExpectedResult = CertificateVerdict.Good)]
    [TestCase("strict", -1000, ExpectedResult = CertificateVerdict.Revoked)]
    [TestCase("off", -1000, ExpectedResult = CertificateVerdict.Good)]
    public CertificateVerdict Judge_Revoked_FromTheInstantOnWhateverTheGrace(string revocation, int revokedHours) =>
        Judge(new CertificateStanding(CertificateState.Revoked, Now.AddYears(-1)) { RevokedAt = Now.AddHours(revokedHours), Until = Now.AddDays(1) }, revocation);

    [TestCase(false, ExpectedResult = CertificateVerdict.Good)]
    [TestCase(true, ExpectedResult = CertificateVerdict.Broken)]
    public CertificateVerdict Judge_LeadsToNoAnchor_IsABareKeyUnlessCertificatesAreRequired(bool required) => RevocationRule.Judge(
        new CertificateStanding(CertificateState.Unanchored, Now), new RegistryPolicy { CertificatesRequired = required, Revocation = "strict" }, true, Now, out _);

    [Test]
    public void Judge_NoAnchorAtAll_AsksNobody() => Assert.That(
        RevocationRule.Judge(null, new RegistryPolicy { Revocation = "strict" }, false, Now, out _), Is.EqualTo(CertificateVerdict.Good));

    private static CertificateVerdict Judge(CertificateStanding? standing, string revocation) =>
        RevocationRule.Judge(standing, new RegistryPolicy { Revocation = revocation }, true, Now, out _);
}
