using FsCheck;
using FsCheck.Fluent;
using Hub.Core.Delivery;
using Hub.Core.Registry;

namespace Hub.Tests.Delivery;

public class RetryPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly DeliveryPolicy Policy = new()
    {
        MaxAttempts = 5, FirstDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(10), Factor = 2, Jitter = 0, MaxAge = TimeSpan.FromHours(1),
    };

    private static readonly RetryInput Failed = new(Policy, 1, Now, Now, null, null, 0.5);

    [TestCase(1, 2)]
    [TestCase(2, 4)]
    [TestCase(3, 8)]
    [TestCase(4, 10)]
    public void Decide_AfterAttempts_DelayDoublesUpToTheGreatest(int attempts, int seconds) =>
        Assert.That(RetryPolicy.Decide(Failed with { Attempts = attempts }), Is.EqualTo(new RetryDecision.Retry(Now.AddSeconds(seconds))));

    [Test]
    public void Decide_LastAttempt_Dead() => Assert.That(RetryPolicy.Decide(Failed with { Attempts = 5 }), Is.InstanceOf<RetryDecision.Dead>());

    [Test]
    public void Decide_TooOld_Dead() => Assert.That(RetryPolicy.Decide(Failed with { Since = Now.AddHours(-1) }), Is.InstanceOf<RetryDecision.Dead>());

    [Test]
    public void Decide_MessageExpired_Expired() =>
        Assert.That(RetryPolicy.Decide(Failed with { Attempts = 5, Expires = Now }), Is.InstanceOf<RetryDecision.Expired>());

    [TestCase(1, 2)]
    [TestCase(60, 60)]
    [TestCase(86_400, 3_600)]
    public void Decide_RetryAfter_LongerOnesAreWaitedForUpToTheGreatestAge(int asked, int seconds) =>
        Assert.That(
            RetryPolicy.Decide(Failed with { RetryAfter = TimeSpan.FromSeconds(asked) }), Is.EqualTo(new RetryDecision.Retry(Now.AddSeconds(seconds))));

    [Test]
    public void Decide_AnyInput_RetriesLieWithinTheLimits()
    {
        var inputs =
            from attempts in Gen.Choose(1, 2_000)
            from most in Gen.Choose(1, 2_000)
            from first in Gen.Choose(0, 100_000)
            from greatest in Gen.Choose(0, 10_000_000)
            from factor in Gen.Choose(100, 1_000)
            from jitter in Gen.Choose(0, 100)
            from random in Gen.Choose(0, 99)
            from age in Gen.Choose(0, 200_000_000)
            from asked in Gen.OneOf(Gen.Constant(-1), Gen.Choose(0, 200_000_000))
            select new RetryInput(
                new DeliveryPolicy
                {
                    MaxAttempts = most, FirstDelay = TimeSpan.FromMilliseconds(first), MaxDelay = TimeSpan.FromMilliseconds(greatest),
                    Factor = factor / 100.0, Jitter = jitter / 100.0, MaxAge = TimeSpan.FromDays(1),
                },
                attempts, Now, Now.AddMilliseconds(-age), null, asked < 0 ? null : TimeSpan.FromMilliseconds(asked), random / 100.0);
        Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var end = input.Since + input.Policy.MaxAge;
            return RetryPolicy.Decide(input) switch
            {
                RetryDecision.Retry retry => input.Attempts < input.Policy.MaxAttempts && retry.Due >= Now && retry.Due <= end
                    && (retry.Due <= Now + input.Policy.MaxDelay || input.RetryAfter > input.Policy.MaxDelay)
                    && (input.RetryAfter is not { } asked || retry.Due >= Now + asked || retry.Due == end),
                RetryDecision.Dead => input.Attempts >= input.Policy.MaxAttempts || Now >= end,
                _ => false,
            };
        }).QuickCheckThrowOnFailure();
    }
}
