using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Requests;

namespace Hub.Tests.Requests;

/// <summary>The first reply that somebody waits for is held back, and nothing else.</summary>
[TestFixture]
public sealed class RequestWaitsTests
{
    private static readonly SystemAddress Alice = SystemAddress.Parse("H06.01/qlvb");
    private static readonly MessageType Result = MessageType.Parse("vn.result.v1");
    private static readonly MessageKey Request = MessageKey.Of(Alice, "r");
    private static readonly MessageKey First = MessageKey.Of(Alice, "1");
    private static readonly MessageKey Second = MessageKey.Of(Alice, "2");
    private static readonly DateTimeOffset Until = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);
    private readonly RequestWaits _waits = new();

    [Test]
    public void Hold_TheFirstReply_IsHeldBeyondTheWaitersTime_AlsoWhenAskedTwice()
    {
        using var wait = _waits.Begin(Request, Alice, Result, Until);
        Assert.That(
            new[] { _waits.Hold(Request, Result, First, Alice), _waits.Hold(Request, Result, Second, Alice), _waits.Hold(Request, Result, First, Alice) },
            Is.EqualTo(new DateTimeOffset?[] { Until + RequestWaits.Grace, null, Until + RequestWaits.Grace }));
    }

    [Test]
    public void Hold_OtherRecipientTypeOrRequest_IsNot()
    {
        using var wait = _waits.Begin(Request, Alice, Result, Until);
        var other = SystemAddress.Parse("H06.02/qlvb");
        Assert.That(new[] { _waits.Hold(Request, Result, First, other), _waits.Hold(Request, MessageType.Parse("vn.other.v1"), First, Alice), _waits.Hold(First, Result, First, Alice) }, Is.All.Null);
    }

    [Test]
    public void Hold_AfterTheLastWaiterEnded_IsNot()
    {
        var (one, two) = (_waits.Begin(Request, Alice, Result, Until), _waits.Begin(Request, Alice, Result, Until.AddMinutes(1)));
        one.Dispose();
        one.Dispose();
        var held = _waits.Hold(Request, Result, First, Alice);
        two.Dispose();
        Assert.That((held, _waits.Hold(Request, Result, Second, Alice), _waits.IsWaitedFor(Request)), Is.EqualTo((Until.AddMinutes(1) + RequestWaits.Grace, (DateTimeOffset?)null, false)));
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
        _waits.Notify(First);
        var before = next.IsCompleted;
        _waits.Notify(Request);
        Assert.That((before, next.IsCompleted, wait.NextAsync().IsCompleted), Is.EqualTo((false, true, false)));
    }
}
