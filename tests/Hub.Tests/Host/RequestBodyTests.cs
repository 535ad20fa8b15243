using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Host.Api;
using Hub.Tests.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class RequestBodyTests
{
    private const long Capacity = 8 * 1024 * 1024;
    private const int Great = 2 * 1024 * 1024;
    private readonly ManualClock _clock = new();
    private BodyBudget _budget = null!;

    [SetUp]
    public void SetUp() => _budget = new BodyBudget(Capacity, _clock);

    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(100_000, true)]
    [TestCase(16_384, false)]
    [TestCase(1_000_000, false)]
    [TestCase(4_095, true)]
    [TestCase(4_096, true)]
    [TestCase(65_535, true)]
    [TestCase(65_536, true)]
    [TestCase(65_536, false)]
    public async Task Read_WithinTheLimit_GivesTheBytesAndReturnsTheBudget(int size, bool lengthStated)
    {
        var octets = RandomNumberGenerator.GetBytes(size);
        using (var body = await RequestBody.ReadAsync(Context(new MemoryStream(octets), lengthStated ? size : null), 1_000_000))
        {
            Assert.That(body.Memory.ToArray(), Is.EqualTo(octets));
            Assert.That(_budget.Free, Is.LessThan(Capacity));
        }

        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    [Test]
    public void Read_StatedTooLarge_RefusesBeforeReading() =>
        Refuses(Context(new UnreadableStream(), 1_001), 1_000, ProblemCode.TooLarge);

    [Test]
    public void Read_TooLargeWithoutLength_RefusesOnTheWay()
    {
        var source = new MemoryStream(new byte[5_000_000]);
        Refuses(Context(source, null), 1_000_000, ProblemCode.TooLarge);
        Assert.That(source.Position, Is.LessThan(3_000_000), "read on after the limit");
    }

    [Test]
    public void Read_BeyondTheBudget_AsksToComeBack() =>
        Refuses(Context(new UnreadableStream(), Capacity + 1), int.MaxValue - 1, ProblemCode.Unavailable);

    [Test]
    public async Task Read_LengthOnlyPromised_TakesNoMemory()
    {
        using var leaves = new CancellationTokenSource();
        var context = Context(new SilentStream(), Great);
        context.RequestAborted = leaves.Token;
        var reading = RequestBody.ReadAsync(context, Great).AsTask();
        Assert.That(_budget.Free, Is.GreaterThan(Capacity - BodyBudget.SmallBody));
        await leaves.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    [Test]
    public async Task Read_SmallLengthOnlyPromised_TakesNoMoreThanAPage()
    {
        using var leaves = new CancellationTokenSource();
        var context = Context(new SilentStream(), BodyBudget.SmallBody - 1);
        context.RequestAborted = leaves.Token;
        var reading = RequestBody.ReadAsync(context, Great).AsTask();
        Assert.That(_budget.Free, Is.EqualTo(Capacity - 4_096));
        await leaves.CancelAsync();
        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Read_MoreBodiesAtOnceThanOneCallerMay_AsksThisOneToComeBack()
    {
        using var leave = new CancellationTokenSource();
        var held = Enumerable.Range(0, BodyBudget.ReadPerCaller).Select(_ => RequestBody.ReadAsync(From("203.0.113.5", new SilentStream(), leave.Token), 1_000).AsTask()).ToList();
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await RequestBody.ReadAsync(From("203.0.113.5", new UnreadableStream()), 1_000))!.Problem;
        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((ProblemCode.RateLimited, (TimeSpan?)TimeSpan.FromSeconds(1))));
        using (await RequestBody.ReadAsync(From("203.0.113.6", new MemoryStream([1])), 1_000))
        {
            await leave.CancelAsync();
        }

        foreach (var reading in held) Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        for (var i = 0; i <= BodyBudget.ReadPerCaller; i++) (await RequestBody.ReadAsync(From("203.0.113.5", new MemoryStream([1])), 1_000)).Dispose();
        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    [Test]
    public void Read_MoreHugeBodiesThanOneCallerMay_AsksThisOneToComeBack()
    {
        var held = Enumerable.Range(0, BodyBudget.HugePerCaller).Select(_ => _budget.Begin("A", Great)).ToList();
        var refused = Assert.Throws<ProblemException>(() => _budget.Begin("A", Great))!.Problem;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo(ProblemCode.RateLimited));
            Assert.That(refused.RetryAfter, Is.Not.Null);
            Assert.That(() => _budget.Begin("B", Great).Dispose(), Throws.Nothing);
            Assert.That(() => _budget.Begin("A", BodyBudget.HugeBody).Dispose(), Throws.Nothing, "large, but not huge");
        });
        held[0].Dispose();
        held[0].Dispose();
        Assert.That(() => _budget.Begin("A", Great).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Hold_BeyondOneCallersShare_AsksThisOneToComeBack()
    {
        using var first = _budget.Begin("A", 1);
        first.Hold(Capacity / 8);
        using var second = _budget.Begin("A", 1);
        using var others = _budget.Begin("B", 1);
        Assert.Multiple(() =>
        {
            Assert.That(Assert.Throws<ProblemException>(() => second.Hold(1))!.Code, Is.EqualTo(ProblemCode.RateLimited));
            Assert.That(() => others.Hold(Capacity / 8), Throws.Nothing);
        });
    }

    [Test]
    public async Task Read_SmallBodyWhenTheBudgetIsUsedUp_Passes()
    {
        var held = Enumerable.Range(0, 8).Select(i => _budget.Begin($"{i}", 1)).ToList();
        foreach (var body in held) body.Hold(Capacity / 8);
        Assert.That(_budget.Free, Is.Zero);
        using var small = await RequestBody.ReadAsync(Context(new MemoryStream(new byte[1_000]), 1_000), 2_000);
        Assert.That(small.Memory.Length, Is.EqualTo(1_000));
    }

    [Test]
    public void Read_LargeBodyThatFallsBehindThePace_IsGivenUp()
    {
        var reading = RequestBody.ReadAsync(Context(new SilentStream(), Great), Great).AsTask();
        _clock.Advance(MinimumPace.Grace);
        var refused = Assert.ThrowsAsync<BadHttpRequestException>(async () => await reading)!;
        Assert.That(refused.StatusCode, Is.EqualTo(StatusCodes.Status408RequestTimeout));
        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    [Test]
    public void Pace_FastBeginning_BuysNoLongPause()
    {
        using var pace = new MinimumPace(_clock, CancellationToken.None);
        pace.Reached(100 * Great);
        _clock.Advance(MinimumPace.LongestPause);
        Assert.That(pace.Missed, Is.True);
    }

    [Test]
    public void Pace_KeptSteadily_IsNotMissed()
    {
        using var pace = new MinimumPace(_clock, CancellationToken.None);
        for (var second = 1; second <= 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            pace.Reached(second * (long)MinimumPace.BytesPerSecond);
        }

        Assert.That(pace.Missed, Is.False);
    }

    private void Refuses(HttpContext context, int limit, ProblemCode code)
    {
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await RequestBody.ReadAsync(context, limit))!.Code, Is.EqualTo(code));
        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    private DefaultHttpContext From(string address, Stream body, CancellationToken aborted = default)
    {
        var context = Context(body, 1);
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(address);
        context.RequestAborted = aborted;
        return context;
    }

    private DefaultHttpContext Context(Stream body, long? length)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton(_budget).BuildServiceProvider() };
        context.Request.Body = body;
        context.Request.ContentLength = length;
        return context;
    }

    /// <summary>Promises and never sends.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    private sealed class UnreadableStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The body was read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("The body was read.");
    }
}
