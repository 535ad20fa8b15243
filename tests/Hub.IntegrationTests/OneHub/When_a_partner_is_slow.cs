using System.Net;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;

namespace Hub.IntegrationTests.OneHub;

/// <summary>One partner accepts connections and never answers, or answers one octet a second; the others do not notice.</summary>
[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_a_partner_is_slow
{
    private const int Documents = 100;

    [TestCase(null)]
    [TestCase(1)]
    [CancelAfter(240_000)]
    public async Task Should_serve_the_others_and_deliver_when_it_is_mended(int? secondsBetweenOctets, CancellationToken stop)
    {
        await using var partner = new SlowPartner(secondsBetweenOctets is { } s ? TimeSpan.FromSeconds(s) : null);
        using var slow = new TestAgency("Z97.01/slow");
        var system = slow.RegistryYaml($"{{kind: push, url: \"{partner.Url}\", allowPrivate: true}}", "{timeout: 2s, firstDelay: 200ms, maxDelay: 1s, maxAttempts: 1000, breakerOpen: 1s}");
        await using var hub = await LoneHub.BeginAsync(moreSystems: system);
        await hub.ReceiveAsync(20, stop);
        List<string> keys = [];
        for (var i = 0; i < Documents; i++) keys.Add(await SendAsync(hub, $"cham-{i}"));
        await hub.ReceiveAsync(200, stop);
        Assert.That(partner.Connections, Is.GreaterThan(0));
        var late = hub.Traffic.Receipted.Where(static sent => sent.Arrived).Select(static sent => Math.Max(sent.PushedAt, sent.ClaimedAt) - sent.ReceiptedAt).Order().ToList();
        await TestContext.Out.WriteLineAsync($"{partner.Connections} connections to it; to the others half within {late[late.Count / 2]} ms, all within {late[^1]} ms.");
        // Failing pushes are tried again after 200 ms, which one in seventeen is.
        Assert.That(late[late.Count / 2], Is.LessThan(2000), "The others wait for it.");
        partner.IsMended = true;
        foreach (var key in keys) await DeliveredAsync(hub, key, stop);
        await hub.EndAsync(stop);
    }

    private static async Task<string> SendAsync(LoneHub hub, string id)
    {
        var sender = hub.Traffic.Sender;
        var envelope = sender.Document(id, "chậm", "Z97.01/slow");
        using var answer = await sender.SubmitAsync(hub.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, sender.Signer));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return envelope.Key.Value;
    }

    private static async Task DeliveredAsync(LoneHub hub, string key, CancellationToken stop)
    {
        var deadline = Environment.TickCount64 + 60_000;
        while (true)
        {
            using var answer = await hub.Traffic.Sender.GetAsync(hub.Url, $"/api/v1/messages/{key}");
            var state = JsonNode.Parse(await answer.Content.ReadAsStringAsync(stop))!["deliveries"]![0]!["state"]!.GetValue<string>();
            if (state is "delivered" or "acknowledged") return;
            Assert.That(Environment.TickCount64, Is.LessThan(deadline), $"still {state}");
            await Task.Delay(50, stop);
        }
    }
}
