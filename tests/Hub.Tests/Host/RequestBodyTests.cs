using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Host.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class RequestBodyTests
{
    private const long Capacity = 8 * 1024 * 1024;
    private BodyBudget _budget = null!;

    [SetUp]
    public void SetUp() => _budget = new BodyBudget(Capacity);

    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(100_000, true)]
    [TestCase(16_384, false)]
    [TestCase(1_000_000, false)]
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

    private void Refuses(HttpContext context, int limit, ProblemCode code)
    {
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await RequestBody.ReadAsync(context, limit))!.Code, Is.EqualTo(code));
        Assert.That(_budget.Free, Is.EqualTo(Capacity));
    }

    private DefaultHttpContext Context(Stream body, long? length)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton(_budget).BuildServiceProvider() };
        context.Request.Body = body;
        context.Request.ContentLength = length;
        return context;
    }

    private sealed class UnreadableStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The body was read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("The body was read.");
    }
}
