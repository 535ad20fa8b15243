using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Tests.Delivery;

public class PolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly UnsignedAnswer Arrived = new(AcknowledgementOutcome.Accepted, "01");
    private static readonly UnsignedAnswer Filed = new(AcknowledgementOutcome.Accepted, "03");
    private static readonly UnsignedAnswer Refused = new(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận");
    private static readonly DeliveryRecord Claimed = new()
    {
        Message = MessageKey.Of(SystemAddress.Parse("H06/qlvb"), "1"), Recipient = SystemAddress.Parse("H06.40/qlvb"), Why = "direct",
        State = DeliveryState.Claimed, Claim = "c", ClaimedUntil = Now.AddMinutes(1),
    };

    [TestCase(3, ExpectedResult = ClaimDecision.Deliver)]
    [TestCase(4, ExpectedResult = ClaimDecision.Die)]
    public ClaimDecision ClaimPolicy_Claims_DieBeyondTheMost(int claims) => ClaimPolicy.Decide(new ClaimInput(claims, 3, Now, null));

    [Test]
    public void ClaimPolicy_ExpiredMessage_Expires() =>
        Assert.That(ClaimPolicy.Decide(new ClaimInput(4, 3, Now, Now)), Is.EqualTo(ClaimDecision.Expire));

    [Test]
    public void Apply_FirstAnswer_EndsTheDelivery()
    {
        var after = AcknowledgementPolicy.Apply(Claimed, Refused, Assertion.Hub, Now);
        Assert.That(after, Is.EqualTo(Claimed with
        {
            State = DeliveryState.Acknowledged, ClaimedUntil = null, DeliveredAt = Now, Outcome = "refused", Status = "02", Reason = "Sai nơi nhận",
            AssertedBy = "hub", Changed = Now,
        }));
    }

    [Test]
    public void Apply_LaterAnswer_ReplacesTheEarlier()
    {
        var after = AcknowledgementPolicy.Apply(AcknowledgementPolicy.Apply(Claimed, Arrived, Assertion.Hub, Now), Filed, Assertion.Recipient, Now.AddHours(1));
        Assert.That((after.Status, after.AssertedBy, after.DeliveredAt), Is.EqualTo(("03", "recipient", (DateTimeOffset?)Now)));
    }

    [Test]
    public void Apply_UnsignedAfterSigned_ChangesNothing()
    {
        var signed = AcknowledgementPolicy.Apply(Claimed, Filed, Assertion.Recipient, Now);
        Assert.That(AcknowledgementPolicy.Apply(signed, Refused, Assertion.Hub, Now.AddHours(1)), Is.SameAs(signed));
    }

    [TestCase("07", AcknowledgementOutcome.Accepted, null)]
    [TestCase("1", AcknowledgementOutcome.Accepted, null)]
    [TestCase("02", AcknowledgementOutcome.Accepted, null)]
    [TestCase("02", AcknowledgementOutcome.Refused, " ")]
    public void Check_BadAnswer_SchemaViolation(string status, AcknowledgementOutcome outcome, string? reason) =>
        Assert.That(
            Assert.Throws<ProblemException>(() => AcknowledgementPolicy.Check(outcome, status, reason))!.Code, Is.EqualTo(ProblemCode.SchemaViolation));

    [TestCase("01")]
    [TestCase("03")]
    [TestCase("06")]
    [TestCase("13")]
    [TestCase("15")]
    [TestCase("16")]
    [TestCase(null)]
    public void Check_GoodAnswer_Passes(string? status) =>
        Assert.DoesNotThrow(() => AcknowledgementPolicy.Check(AcknowledgementOutcome.Accepted, status, null));
}
