using System.Diagnostics;
using System.Globalization;
using System.Net;
using Hub.Contracts.Envelopes;

namespace Hub.IntegrationTests.Overload;

/// <summary>Ten times what the hub can take, from one system on hundreds of connections, with generator and sink on the hub's cores.
/// What it can take is measured first; 60 s with <c>HUB_TEST_LONG=1</c>.</summary>
[TestFixture]
public sealed class When_far_more_is_sent_than_the_hub_can_take
{
    /// <summary>More than the gate ever lets in at once (1,024), or nobody would be refused: each has one message under way.</summary>
    private const int Connections = 1_400;
    private const int PeakMebibytes = 400;
    private const int MostSigned = 120_000;

    /// <summary>Both promises are the hub's alone; here generator, sink and whatever else the machine does run on the same cores.</summary>
    private const double BusyMachine = 2;

    private static readonly TimeSpan Overload = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("HUB_TEST_LONG") == "1" ? 60 : 15);

    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(3);

    private OverloadScene _scene = null!;

    [SetUp]
    public async Task StartAsync() => _scene = await OverloadScene.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test, CancelAfter(480_000)]
    public async Task Should_take_what_it_can_in_time_and_refuse_the_rest_at_once(CancellationToken stop)
    {
        var hub = _scene.Hub.BaseAddress;
        var sustainable = await MeasureAsync(stop);
        using var flood = new Flood(_scene.Flooding, hub, Connections);
        await flood.SignAsync((int)Math.Min(MostSigned, sustainable * Overload.TotalSeconds * 4), _scene.Receiving.Address.ToString());

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(Overload);
        var polite = SendPolitelyAsync(hub, over.Token);
        var health = AskHealthAsync(over.Token);
        await flood.RunAsync(sustainable * 10, over.Token);
        var kept = await polite;
        var healthy = await health;
        var metrics = await _scene.Hub.Http.GetStringAsync("/metrics", stop);

        var peak = HubMemory.Peak(_scene.Hub.ProcessId);
        var (accepted, refused) = (Sorted(flood.AcceptedAfter), Sorted(flood.RefusedAfter));
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Sustainable {sustainable:0}/s, offered ten times that for {Overload.TotalSeconds} s: asked {flood.Asked} times, accepted {accepted.Length}, p50 {At(accepted, 0.5):0} ms, p99 {At(accepted, 0.99):0} ms; refused {refused.Length}, p50 {At(refused, 0.5):0} ms, p99 {At(refused, 0.99):0} ms; polite {kept.Count}, slowest {kept.Max(static k => k.After):0} ms; health {healthy.Count}, slowest {healthy.Max():0} ms; peak {peak} MiB; {flood.Broken} connections broken."));
        Assert.Multiple(() =>
        {
            Assert.That(flood.Wrong, Is.Empty, "answers");
            Assert.That(flood.Broken, Is.Zero, "connections closed without an answer");
            Assert.That(accepted, Has.Length.GreaterThan((int)(Overload.TotalSeconds * 20)), "goes on working");
            // How much more than it can do it is really asked for is up to the cores that the senders get: the line above tells.
            Assert.That(refused, Has.Length.GreaterThan(1_000), "the load was too small to show anything");
            Assert.That(At(accepted, 0.99), Is.LessThan(1_000 * BusyMachine), "p99 of the accepted, ms");
            Assert.That(At(refused, 0.5), Is.LessThan(100 * BusyMachine), "median of the refused, ms");
            Assert.That(kept, Has.None.Matches<Kept>(static k => k.Status != HttpStatusCode.Accepted), "the polite system");
            Assert.That(healthy, Has.All.LessThan(1_000 * BusyMachine), "health, ms");
            Assert.That(metrics, Does.Match("hub_intake_shed_total\\{reason=\"overload\"\\} [1-9]"));
            Assert.That(peak, Is.LessThan(PeakMebibytes), "MiB");
        });
        await _scene.ArrivedAsync([.. flood.Accepted, .. kept.Select(static k => k.Key)], stop);
        Assert.That(_scene.Sink.Contradictions, Is.Empty);
    }

    /// <summary>What the hub does a second for a few connections, each of which waits for its answers: more it cannot take.</summary>
    private async Task<double> MeasureAsync(CancellationToken stop)
    {
        var taken = 0;
        for (var run = 0; run < 2; run++)
        {
            using var calm = new Flood(_scene.Flooding, _scene.Hub.BaseAddress, connections: 32);
            await calm.SignAsync(15_000, _scene.Receiving.Address.ToString());
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            enough.CancelAfter(Measured);
            await calm.RunAsync(1_000_000, enough.Token);
            Assert.That(calm.Wrong, Is.Empty);
            await _scene.ArrivedAsync(calm.Accepted, stop);
            taken = calm.Accepted.Count;
        }

        return taken / Measured.TotalSeconds;
    }

    private async Task<List<Kept>> SendPolitelyAsync(Uri hub, CancellationToken stop)
    {
        List<Kept> kept = [];
        while (!stop.IsCancellationRequested)
        {
            var envelope = _scene.Polite.Document($"polite-{kept.Count}", "một tin mỗi giây", _scene.Receiving.Address.ToString());
            var octets = await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _scene.Polite.Signer, CancellationToken.None);
            var began = Stopwatch.GetTimestamp();
            using var answer = await _scene.Polite.SubmitAsync(hub, octets);
            kept.Add(new Kept(envelope.Key.Value, answer.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        return kept;
    }

    /// <summary>How long a balancer waits for the answer that the hub is well.</summary>
    private async Task<List<double>> AskHealthAsync(CancellationToken stop)
    {
        List<double> waits = [];
        while (!stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await _scene.Hub.Http.GetAsync("/health/ready", CancellationToken.None);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        return waits;
    }

    private static double[] Sorted(IEnumerable<double> values) => [.. values.Order()];

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    private sealed record Kept(string Key, HttpStatusCode Status, double After);
}
