using System.Buffers.Binary;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;

namespace Hub.IntegrationTests.OneHub;

/// <summary>The wall clock of the hub's process is set wrong under it, and right again.</summary>
[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_the_clock_jumps
{
    [TestCase(1)]
    [TestCase(-1)]
    [CancelAfter(240_000)]
    public async Task Should_refuse_until_it_is_put_right_and_end_nothing_for_it(int days, CancellationToken stop)
    {
        var skew = Path.GetTempFileName();
        await File.WriteAllBytesAsync(skew, new byte[8], stop);
        try
        {
            await using var hub = await LoneHub.BeginAsync(settings: ("SHIM_CLOCK", skew));
            await hub.ReceiveAsync(50, stop);
            // Expires long before the wrong time.
            var waits = hub.Traffic.Sender.Document("het-han", "đợi", "Z97/sender");
            waits = waits with { Expires = waits.Created.AddHours(2) };
            using (var sent = await SubmitAsync(hub, waits)) Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync(stop));

            await SetAsync(skew, TimeSpan.FromDays(days));
            using (var refused = await SubmitAsync(hub, hub.Traffic.Sender.Document("lech-gio", "x", "Z97/sender")))
            {
                Assert.That((refused.StatusCode, refused.Headers.RetryAfter?.Delta), Is.EqualTo((HttpStatusCode.ServiceUnavailable, (TimeSpan?)TimeSpan.FromSeconds(30))), await refused.Content.ReadAsStringAsync(stop));
            }

            using (var ready = await hub.Process.Http.GetAsync(new Uri(hub.Url, "/health/ready"), stop))
                Assert.That((ready.StatusCode, JsonNode.Parse(await ready.Content.ReadAsStringAsync(stop))!["detail"]!.GetValue<string>()[..6]), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "clock:")));
            // What was accepted before is delivered by the time before the jump.
            var deadline = Environment.TickCount64 + 60_000;
            while (!hub.Traffic.Receipted.All(static sent => sent.Arrived))
            {
                Assert.That(Environment.TickCount64, Is.LessThan(deadline), "Deliveries do not go on.");
                await Task.Delay(50, stop);
            }

            // Longer than a sweep, a claim and a retry need.
            await Task.Delay(TimeSpan.FromSeconds(8), stop);

            await SetAsync(skew, TimeSpan.Zero);
            await hub.ReceiveAsync(100, stop);
            using (var seen = await hub.Traffic.Sender.GetAsync(hub.Url, $"/api/v1/messages/{waits.Key}"))
                Assert.That(JsonNode.Parse(await seen.Content.ReadAsStringAsync(stop))!["deliveries"]![0]!["state"]!.GetValue<string>(), Is.EqualTo("queued"));
            await hub.EndAsync(stop);
        }
        finally
        {
            File.Delete(skew);
        }
    }

    /// <summary>Written in place, since the hub's process has the file mapped.</summary>
    private static async Task SetAsync(string file, TimeSpan skew)
    {
        var octets = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(octets, skew.Ticks * 100);
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await stream.WriteAsync(octets);
    }

    private static async Task<HttpResponseMessage> SubmitAsync(LoneHub hub, Envelope envelope) =>
        await hub.Traffic.Sender.SubmitAsync(hub.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, hub.Traffic.Sender.Signer));
}
