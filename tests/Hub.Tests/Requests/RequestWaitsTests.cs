using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Requests;

namespace Hub.Tests.Requests;

/// <summary>Who waits here, for how long, and what wakes him.</summary>
[TestFixture]
public sealed class RequestWaitsTests
{
    private static readonly SystemAddress Alice = SystemAddress.Parse("H06.01/qlvb");
    private static readonly MessageType Result = MessageType.Parse("vn.result.v1");
    private static readonly MessageKey Request = MessageKey.Of(Alice, "r");
    private static readonly MessageKey Other = MessageKey.Of(Alice, "o");
    private static readonly DateTimeOffset Until = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);
    private readonly RequestWaits _waits = new();

    [Test]
    public void UntilOf_IsThatOfTheLastWaiter_WhileOneWaits()
    {
        var (one, two) = (_waits.Begin(Request, Alice, Result, Until.AddMinutes(1)), _waits.Begin(Request, Alice, Result, Until));
        var both = (_waits.UntilOf(Request), _waits.UntilOf(Other));
        one.Dispose();
        one.Dispose();
        var left = _waits.UntilOf(Request);
        two.Dispose();
        Assert.That((both, left, _waits.UntilOf(Request), _waits.IsWaitedFor(Request)), Is.EqualTo(((Until.AddMinutes(1), (DateTimeOffset?)null), Until, (DateTimeOffset?)null, false)));
    }

    [Test]
    public void Begin_TooManyOfOneSystem_IsRateLimitedUntilOneEnds()
    {
        var waits = Enumerable.Range(0, RequestWaits.MostOfSystem).Select(i => _waits.Begin(MessageKey.Of(Alice, $"m{i}"), Alice, Result, Until)).ToList();
        Assert.That(() => _waits.Begin(Request, Alice, Result, Until), Throws.InstanceOf<ProblemException>().With.Property(nameof(ProblemException.Code)).SameAs(ProblemCode.RateLimited));
        waits[0].Dispose();
        Assert.That(() => _waits.Begin(Request, Alice, Result, Until).Dispose(), Throws.Nothing);
        foreach (var wait in waits) wait.Dispose();
    }

    [Test]
    public void Notify_WakesWhoTookTheTaskBefore()
    {
        using var wait = _waits.Begin(Request, Alice, Result, Until);
        var next = wait.NextAsync();
        _waits.Notify(Other);
        var before = next.IsCompleted;
        _waits.Notify(Request);
        Assert.That((before, next.IsCompleted, wait.NextAsync().IsCompleted), Is.EqualTo((false, true, false)));
    }
}
