using System.Net;
using System.Security.Cryptography;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;

namespace Hub.IntegrationTests.Api;

/// <summary>Every address that an agency's system uses, over the wire, against the real program.</summary>
[TestFixture]
public sealed class When_systems_use_the_api
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public async Task Should_answer_with_a_receipt_that_verifies_offline(EnvelopeEncoding encoding)
    {
        var (envelope, octets) = await _bench.DocumentAsync($"receipt-{encoding}", encoding);
        using var answer = await _bench.Alice.SubmitAsync(_bench.Url, octets, encoding);
        var text = await answer.Content.ReadAsStringAsync();
        var key = NoteVerifier.Parse((await _bench.Hub.Http.GetStringAsync("/log/key")).Trim());
        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), text);
            Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo(Receipt.MediaType));
            Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo($"/api/v1/messages/{envelope.Key}"));
            Assert.That(answer.Headers.GetValues("Hub-Message").Single(), Is.EqualTo(envelope.Key.Value));
            Assert.That(Receipt.Parse(text).Verify(key, octets).Failures, Is.Empty);
        });
        using var again = await _bench.Alice.SubmitAsync(_bench.Url, octets, encoding);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Receipt.Parse(await again.Content.ReadAsStringAsync()).Proof.Index, Is.EqualTo(Receipt.Parse(text).Proof.Index));
        using var later = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}/receipt");
        Assert.That(Receipt.Parse(await later.Content.ReadAsStringAsync()).Verify(key, octets).Failures, Is.Empty);
    }

    [Test]
    public async Task Should_give_back_the_exact_bytes_to_both_parties()
    {
        var (envelope, octets) = await _bench.DocumentAsync("bytes-1", EnvelopeEncoding.Xml);
        using var sent = await _bench.Alice.SubmitAsync(_bench.Url, octets, EnvelopeEncoding.Xml);
        foreach (var party in new[] { _bench.Alice, _bench.Bob })
        {
            using var answer = await party.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}/content");
            Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(octets));
            Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo(EnvelopeCodec.XmlMediaType));
            Assert.That(answer.Headers.Concat(answer.Content.Headers).Single(static h => h.Key == "Content-Digest").Value.Single(), Is.EqualTo($"sha-256=:{Convert.ToBase64String(SHA256.HashData(octets))}:"));
        }
    }

    [Test]
    public async Task Should_hide_others_messages_as_if_there_were_none()
    {
        var key = await _bench.SendAsync("hidden-1");
        var absent = new string('0', 64);
        foreach (var what in new[] { "", "/content", "/entries", "/receipt", $"/attachments/{absent}" })
        {
            using var others = await _bench.Carol.GetAsync(_bench.Url, $"/api/v1/messages/{key}{what}");
            using var none = await _bench.Carol.GetAsync(_bench.Url, $"/api/v1/messages/{absent}{what}");
            var (first, second) = (await ApiBench.ProblemAsync(others, "not-found", HttpStatusCode.NotFound), await ApiBench.ProblemAsync(none, "not-found", HttpStatusCode.NotFound));
            foreach (var problem in new[] { first, second })
            {
                problem.Remove("traceId");
                problem.Remove("instance");
            }

            Assert.That(first.ToJsonString(), Is.EqualTo(second.ToJsonString()));
        }

        using var list = await _bench.Carol.GetAsync(_bench.Url, $"/api/v1/messages?from={Uri.EscapeDataString(_bench.Alice.Address.ToString())}");
        Assert.That((await ApiBench.JsonAsync(list))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Should_list_with_filters_and_cursor()
    {
        for (var i = 0; i < 3; i++) await _bench.SendAsync($"list-{i}");
        HashSet<string> seen = new(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            using var answer = await _bench.Bob.GetAsync(_bench.Url, $"/api/v1/messages?type=vn.document.v1&recipient=H06.02%2Fqlvb&limit=2{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}");
            var page = await ApiBench.JsonAsync(answer);
            Assert.That(page["items"]!.AsArray(), Has.Count.LessThanOrEqualTo(2));
            foreach (var item in page["items"]!.AsArray()) Assert.That(seen.Add(item!["key"]!.GetValue<string>()), Is.True, "listed twice");
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        Assert.That(seen, Is.SupersetOf(Enumerable.Range(0, 3).Select(i => MessageKey.Of(_bench.Alice.Address, $"list-{i}").Value)));
        using var none = await _bench.Bob.GetAsync(_bench.Url, "/api/v1/messages?until=2020-01-01T00:00:00Z");
        Assert.That((await ApiBench.JsonAsync(none))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Should_walk_through_the_mailbox()
    {
        await DrainAsync();
        var key = await _bench.SendAsync("mailbox-1");
        var claim = (await _bench.Bob.ClaimAsync(_bench.Url, 10, waitSeconds: 5)).Single()!;
        var token = claim["claim"]!.GetValue<string>();
        Assert.Multiple(() =>
        {
            Assert.That(claim["message"]!.GetValue<string>(), Is.EqualTo(key));
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(claim["content"]!.GetValue<string>()))), Is.EqualTo(claim["sha256"]!.GetValue<string>()));
            Assert.That(claim["statement"]!.GetValue<string>().Split('.'), Has.Length.EqualTo(3));
        });
        using var stolen = await _bench.Carol.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{token}/ack", new { });
        await ApiBench.ProblemAsync(stolen, "claim-lost", HttpStatusCode.Conflict);
        using var renewed = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{token}/renew", new { });
        Assert.That((await ApiBench.JsonAsync(renewed))["claimedUntil"]!.GetValue<string>(), Does.EndWith("Z"));
        using var acked = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{token}/ack", new { outcome = "refused", status = "02", reason = "Sai thẩm quyền" });
        Assert.That(acked.StatusCode, Is.EqualTo(HttpStatusCode.OK), await acked.Content.ReadAsStringAsync());
        using var seen = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}");
        var delivery = (await ApiBench.JsonAsync(seen))["deliveries"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That(delivery["state"]!.GetValue<string>(), Is.EqualTo("acknowledged"));
            Assert.That(delivery["outcome"]!.GetValue<string>(), Is.EqualTo("refused"));
            Assert.That(delivery["assertedBy"]!.GetValue<string>(), Is.EqualTo("hub"));
        });
        using var entries = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}/entries");
        var kinds = (await ApiBench.JsonAsync(entries))["items"]!.AsArray().Select(static e => e!["kind"]!.GetValue<string>()).ToList();
        Assert.That(kinds[0], Is.EqualTo(EntryKinds.MessageAccepted));
        Assert.That(kinds, Does.Contain(EntryKinds.DeliveryClaimed).And.Contain(EntryKinds.DeliveryAcknowledged));
    }

    [Test]
    public async Task Should_take_a_signed_acknowledgement_for_the_claimed_message_only()
    {
        await DrainAsync();
        var key = await _bench.SendAsync("signed-ack-1");
        var claim = (await _bench.Bob.ClaimAsync(_bench.Url, 10, waitSeconds: 5)).Single()!;
        var path = $"/api/v1/mailbox/claims/{claim["claim"]!.GetValue<string>()}/ack";
        using var other = await PostAckAsync(path, MessageKey.Of(_bench.Alice.Address, "another"), claim["sha256"]!.GetValue<string>());
        await ApiBench.ProblemAsync(other, "invalid-request", HttpStatusCode.BadRequest);
        using var good = await PostAckAsync(path, MessageKey.Parse(key), claim["sha256"]!.GetValue<string>());
        Assert.That(good.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await good.Content.ReadAsStringAsync());
        using var seen = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}");
        Assert.That((await ApiBench.JsonAsync(seen))["deliveries"]![0]!["assertedBy"]!.GetValue<string>(), Is.EqualTo("recipient"));
    }

    [Test]
    public async Task Should_let_a_large_attachment_travel_by_digest()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        using var begun = await _bench.Alice.PostJsonAsync(_bench.Url, "/api/v1/uploads", new { sha256, size = content.Length });
        Assert.That(begun.StatusCode, Is.EqualTo(HttpStatusCode.Created), await begun.Content.ReadAsStringAsync());
        var path = begun.Headers.Location!.ToString();
        using var half = await PatchAsync(path, 0, content[..100_000]);
        Assert.That(half.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await half.Content.ReadAsStringAsync());
        using var wrong = await PatchAsync(path, 5, content[5..]);
        await ApiBench.ProblemAsync(wrong, "invalid-request", HttpStatusCode.BadRequest);
        using var status = await _bench.Alice.SendAsync(_bench.Url, new HttpRequestMessage(HttpMethod.Head, new Uri(_bench.Url, path)));
        Assert.That(status.Headers.GetValues("Upload-Offset").Single(), Is.EqualTo("100000"));
        using var rest = await PatchAsync(path, 100_000, content[100_000..]);
        Assert.That(rest.Headers.GetValues("Upload-Complete").Single(), Is.EqualTo("?1"));

        var envelope = _bench.Alice.Document("with-upload", "Có tệp", _bench.Bob.Address.ToString()) with
        {
            Attachments = [new Attachment { Name = "phụ lục.bin", MediaType = "application/octet-stream", Size = content.Length, Sha256 = sha256 }],
        };
        using var sent = await _bench.Alice.SubmitAsync(_bench.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _bench.Alice.Signer));
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        var attachment = $"/api/v1/messages/{envelope.Key}/attachments/{sha256}";
        using var got = await _bench.Bob.GetAsync(_bench.Url, attachment);
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_bench.Url, attachment));
        request.Headers.Range = new(100, 199);
        using var part = await _bench.Bob.SendAsync(_bench.Url, request);
        Assert.That(await part.Content.ReadAsByteArrayAsync(), Is.EqualTo(content[100..200]));
        using var stranger = await _bench.Carol.GetAsync(_bench.Url, attachment);
        await ApiBench.ProblemAsync(stranger, "not-found", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Should_hold_a_message_back_from_its_recipient_until_the_sender_says()
    {
        var (document, _) = await _bench.DocumentAsync("held-1");
        var envelope = document with { NotBefore = document.Created.AddDays(1) };
        using var sent = await _bench.Alice.SubmitAsync(_bench.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _bench.Alice.Signer));
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        foreach (var what in new[] { "", "/content", "/entries", "/receipt", $"/attachments/{new string('0', 64)}" })
        {
            using var early = await _bench.Bob.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}{what}");
            await ApiBench.ProblemAsync(early, "not-found", HttpStatusCode.NotFound);
        }

        foreach (var (party, sees) in new[] { (_bench.Alice, true), (_bench.Bob, false) })
        {
            using var list = await party.GetAsync(_bench.Url, "/api/v1/messages?limit=200");
            var keys = (await ApiBench.JsonAsync(list))["items"]!.AsArray().Select(static m => m!["key"]!.GetValue<string>());
            Assert.That(keys.Contains(envelope.Key.Value), Is.EqualTo(sees));
        }
    }

    [Test]
    public async Task Should_show_an_expired_message_to_its_recipient_without_content()
    {
        var (document, _) = await _bench.DocumentAsync("expires-1");
        var envelope = document with { Created = document.Created.AddSeconds(-10), Expires = document.Created.AddSeconds(3) };
        using var sent = await _bench.Alice.SubmitAsync(_bench.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _bench.Alice.Signer));
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        // Claiming is what finds out first that it is over; what else waits for Bob is left to the end of its claim.
        var state = "";
        for (var patience = TimeProvider.System.GetUtcNow().AddSeconds(30); state != "expired" && TimeProvider.System.GetUtcNow() < patience;)
        {
            if (TimeProvider.System.GetUtcNow() > envelope.Expires) await _bench.Bob.ClaimAsync(_bench.Url, 100, waitSeconds: 1);
            using var seen = await _bench.Bob.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}");
            state = (await ApiBench.JsonAsync(seen))["deliveries"]![0]!["state"]!.GetValue<string>();
        }

        Assert.That(state, Is.EqualTo("expired"));
        using var content = await _bench.Bob.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}/content");
        await ApiBench.ProblemAsync(content, "not-allowed", HttpStatusCode.Forbidden);
        using var entries = await _bench.Bob.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}/entries");
        Assert.That(entries.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var own = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{envelope.Key}/content");
        Assert.That(own.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<HttpResponseMessage> PatchAsync(string path, long offset, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(_bench.Url, path)) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        request.Headers.Add("Upload-Offset", offset.ToString());
        return await _bench.Alice.SendAsync(_bench.Url, request);
    }

    private async Task<HttpResponseMessage> PostAckAsync(string path, MessageKey message, string sha256)
    {
        var ack = Answers.Acknowledge(_bench.Bob.Address, _bench.Alice.Address, message, sha256, AcknowledgementOutcome.Accepted, "01", null, TimeProvider.System.GetUtcNow());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_bench.Url, path)) { Content = new ByteArrayContent(await EnvelopeCodec.SignAsync(ack, EnvelopeEncoding.Json, _bench.Bob.Signer)) };
        request.Content.Headers.ContentType = new(EnvelopeCodec.JsonMediaType);
        return await _bench.Bob.SendAsync(_bench.Url, request);
    }

    private async Task DrainAsync()
    {
        while (await _bench.Bob.ClaimAsync(_bench.Url, 100) is { Count: > 0 } claims)
            foreach (var claim in claims) Assert.That(await _bench.Bob.AckAsync(_bench.Url, claim!["claim"]!.GetValue<string>()), Is.EqualTo(HttpStatusCode.OK));
    }
}
