using System.Net;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Pressure;
using Hub.Host.Api;
using Hub.Host.Composition;
using Hub.Host.Telemetry;
using Hub.Tests.Intake;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Hub.Tests.Intake.IntakeBench;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class IntakeDoorTests
{
    private IntakeBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await IntakeBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task TakeAsync_BodiesHeldOpenThatAllSayTheyAreAcknowledgements_ASecondsShareOfThemPasses()
    {
        const int Held = 80;
        var gate = new IntakeGate(_bench.Clock);
        var counter = new RefusalCounter(_bench.Intake, _bench.Clock, NullLogger<RefusalCounter>.Instance);
        var door = new IntakeDoor(gate, _bench.Intake, _bench.Registry, new HubOrigins(), counter, _bench.Clock, NullLogger<IntakeDoor>.Instance);
        var answer = new Acknowledgement(MessageKey.Of(Commune, "none"), new string('0', 64), AcknowledgementOutcome.Accepted, "03", null, _bench.Clock.GetUtcNow());
        var forged = await _bench.SignAsync(Document("f", Commune.ToString()) with { Type = MessageType.Acknowledgement, Subject = null, Payload = answer.ToPayload() });
        var (come, done, inside) = (new TaskCompletionSource(), new TaskCompletionSource<object>(), 0);
        List<(HttpContext Context, Task<object?> Taken)> calls = [];
        for (var i = 0; i < Held; i++)
        {
            var context = Context(new HeldStream(forged, come.Task), forged.Length);
            calls.Add((context, door.TakeAsync(context, Province, EnvelopeEncoding.Json, _ =>
            {
                Interlocked.Increment(ref inside);
                return new ValueTask<object>(done.Task);
            }).AsTask()));
        }

        while (gate.TryEnter(Province)) { }
        var full = gate.UnderWay;
        come.SetResult();
        Assert.That(() => calls.Count(static c => c.Taken.IsCompleted) + Volatile.Read(ref inside), Is.EqualTo(Held).After(20_000, 20));
        Assert.That(inside, Is.EqualTo(50));
        Assert.That(gate.UnderWay, Is.EqualTo(full + 50));
        Assert.That(gate.TryEnter(Commune), "others are not measured by them");
        done.SetResult(new object());
        await Task.WhenAll(calls.Select(static c => c.Taken));
        Assert.That(calls.Where(static c => c.Taken.Result is null).Select(static c => c.Context.Response.StatusCode), Has.All.EqualTo((int)HttpStatusCode.ServiceUnavailable));
        Assert.That(gate.UnderWay, Is.EqualTo(full + 1));
    }

    private DefaultHttpContext Context(Stream body, long length)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton(new BodyBudget(_bench.Clock)).BuildServiceProvider() };
        (context.Request.Body, context.Request.ContentLength) = (body, length);
        return context;
    }

    /// <summary>Gives its octets when the test says so.</summary>
    private sealed class HeldStream(byte[] octets, Task come) : MemoryStream(octets)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await come;
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
