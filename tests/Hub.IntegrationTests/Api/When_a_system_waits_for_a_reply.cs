using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Api;

/// <summary>Request and reply through the real program: Alice asks; Bob answers from his mailbox, Carol what is pushed to her.
/// No right lets Bob or Carol send anything: what they may answer follows from the request.</summary>
[TestFixture]
public sealed class When_a_system_waits_for_a_reply
{
    private static readonly MessageType Lookup = MessageType.Parse("vn.lookup.v1");
    private static readonly MessageType Result = MessageType.Parse("vn.lookup-result.v1");
    private const string Schema = """{"type":"object","properties":{"text":{"type":"string","maxLength":50}}}""";
    private readonly TestAgency _alice = new("H06.01/qlvb");
    private readonly TestAgency _bob = new("H06.02/qlvb");
    private readonly TestAgency _carol = new("H06.03/qlvb");
    private string _folder = "";
    private PushSink _sink = null!;
    private HubProcess _hub = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hub-requests-").FullName;
        _sink = await PushSink.StartAsync();
        var file = Path.Combine(_folder, "registry.yaml");
        await File.WriteAllTextAsync(file, $$"""
            hub: H06.09/lgsp
            levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
            agencies:
              - {code: H06, name: Tỉnh, level: province, verified: false}
              - {code: H06.01, name: A, level: province, parent: H06, verified: false}
              - {code: H06.02, name: B, level: province, parent: H06, verified: false}
              - {code: H06.03, name: C, level: province, parent: H06, verified: false}
            services:
              - {type: vn.lookup.v1, nameVi: Tra cứu, nameEn: Lookup, reply: vn.lookup-result.v1, timeLimit: 60s, deprecated: 2026-01-01, schema: {format: json-schema, dialect: "https://json-schema.org/draft/2020-12/schema", text: '{{Schema}}' } }
              - {type: vn.lookup-result.v1, nameVi: Kết quả, nameEn: Result}
              - {type: vn.document.v1, nameVi: Văn bản, nameEn: Document}
            rights: [{from: H06.01/qlvb, services: [vn.lookup.v1, vn.document.v1], to: "under:H06"}]
            systems:
            {{_alice.RegistryYaml("{kind: mailbox}")}}{{_bob.RegistryYaml("{kind: mailbox}", "{maxAttempts: 1}")}}{{_carol.RegistryYaml($"{{kind: push, url: \"{new Uri(_sink.Url, "/in")}\", allowPrivate: true}}")}}
            """);
        var import = await HubProcess.RunAsync("import", file, "--data", Data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        _hub = await HubProcess.StartAsync(Data);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _hub.DisposeAsync();
        await _sink.DisposeAsync();
        foreach (var agency in new[] { _alice, _bob, _carol }) agency.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private Uri Url => _hub.BaseAddress;

    [TestCase(EnvelopeEncoding.Json)]
    [TestCase(EnvelopeEncoding.Xml)]
    public async Task Should_give_the_exact_signed_reply_of_a_mailbox_and_deliver_it_once(EnvelopeEncoding encoding)
    {
        var (request, octets) = await RequestAsync($"round-{encoding}", _bob, encoding);
        var waiting = AskAsync(octets, encoding, 30);
        var (reply, signed) = await ReplyFromMailboxAsync(_bob, encoding);
        using var answer = await waiting;
        var header = (string name) => answer.Headers.GetValues(name).Single();
        Assert.Multiple(async () =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(signed));
            Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo(EnvelopeCodec.MediaTypeOf(encoding)));
            Assert.That((header("Hub-Message"), header("Hub-Reply")), Is.EqualTo((request.Key.Value, reply.Key.Value)));
            Assert.That(header("Hub-Delivery-Statement").Split('.'), Has.Length.EqualTo(3));
        });
        Assert.That(await DeliveryStateAsync(reply.Key), Is.EqualTo("delivered"));
        Assert.That(await _alice.ClaimAsync(Url, 10), Is.Empty);
        using var again = await _alice.GetAsync(Url, $"/api/v1/requests/{request.Key}");
        Assert.That(await again.Content.ReadAsByteArrayAsync(), Is.EqualTo(signed));
    }

    [Test]
    public async Task Should_give_the_reply_of_a_system_that_is_pushed_to()
    {
        var (request, octets) = await RequestAsync("push-1", _carol);
        var waiting = AskAsync(octets, EnvelopeEncoding.Json, 30);
        while (!_sink.Received.ContainsKey(request.Key.Value)) await Task.Delay(20);
        var (_, signed) = await ReplyAsync(_carol, "push-1-r", request.Key, _sink.Received[request.Key.Value]);
        using var answer = await waiting;
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(signed));
    }

    [Test]
    public async Task Should_tell_when_the_time_is_over_and_give_the_late_reply_when_asked_again()
    {
        var (request, octets) = await RequestAsync("late-1", _bob);
        using var answer = await AskAsync(octets, EnvelopeEncoding.Json, 1);
        var problem = await ApiBench.ProblemAsync(answer, "reply-timeout", HttpStatusCode.GatewayTimeout);
        Assert.That((problem["message"]?.GetValue<string>(), problem["receipt"]?.GetValue<string>().Length > 100), Is.EqualTo((request.Key.Value, true)));
        var later = _alice.GetAsync(Url, $"/api/v1/requests/{request.Key}?wait=30");
        var (_, signed) = await ReplyFromMailboxAsync(_bob);
        using var reply = await later;
        Assert.That(await reply.Content.ReadAsByteArrayAsync(), Is.EqualTo(signed));
        Assert.That(await _alice.ClaimAsync(Url, 10), Is.Empty);
    }

    [Test]
    public async Task Should_put_a_reply_that_nobody_waits_for_into_the_mailbox()
    {
        var (_, octets) = await RequestAsync("nobody-1", _bob);
        using var answer = await AskAsync(octets, EnvelopeEncoding.Json, 0);
        await ApiBench.ProblemAsync(answer, "reply-timeout", HttpStatusCode.GatewayTimeout);
        var (reply, _) = await ReplyFromMailboxAsync(_bob);
        Assert.That(await TakeAsync(_alice, 0), Is.EqualTo(new[] { reply.Key.Value }));
    }

    [Test]
    public async Task Should_lose_nothing_when_the_requester_leaves()
    {
        var (request, octets) = await RequestAsync("leaves-1", _bob);
        (Envelope Envelope, byte[] Octets) reply;
        using (var gone = new CancellationTokenSource())
        {
            var waiting = AskAsync(octets, EnvelopeEncoding.Json, 60, gone.Token);
            var claims = await _bob.ClaimAsync(Url, 1, 10);
            await gone.CancelAsync();
            Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
            reply = await ReplyToAsync(_bob, claims[0]!);
        }

        var key = reply.Envelope.Key;
        // Answers to what other tests sent may come late into the same mailbox.
        var taken = new List<string>();
        for (var tries = 0; tries < 6 && !taken.Contains(key.Value) && await DeliveryStateAsync(key) != "delivered"; tries++) taken.AddRange(await TakeAsync(_alice, 10));
        taken.AddRange(await TakeAsync(_alice, 0));
        if (taken.Contains(key.Value))
        {
            Assert.That(taken.Count(one => one == key.Value), Is.EqualTo(1));
            return;
        }

        // The reply was quicker than the news that nobody listens any more: who asks again gets it.
        using var again = await _alice.GetAsync(Url, $"/api/v1/requests/{request.Key}");
        Assert.That(await again.Content.ReadAsByteArrayAsync(), Is.EqualTo(reply.Octets));
    }

    [Test]
    public async Task Should_give_the_first_of_two_replies_and_deliver_the_second_as_usual()
    {
        var (request, octets) = await RequestAsync("two-1", _bob);
        var waiting = AskAsync(octets, EnvelopeEncoding.Json, 30);
        var claim = (await _bob.ClaimAsync(Url, 1, 10))[0]!;
        var (_, first) = await ReplyAsync(_bob, "two-1-a", request.Key, claim["sha256"]!.GetValue<string>());
        var (second, _) = await ReplyAsync(_bob, "two-1-b", request.Key, claim["sha256"]!.GetValue<string>());
        await _bob.AckAsync(Url, claim["claim"]!.GetValue<string>());
        using var answer = await waiting;
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(first));
        Assert.That(await TakeAsync(_alice, 10), Is.EqualTo(new[] { second.Key.Value }));
    }

    [Test]
    public async Task Should_refuse_replies_of_others_of_other_types_and_about_other_bytes()
    {
        var (request, octets) = await RequestAsync("wrong-1", _bob);
        using var sent = await AskAsync(octets, EnvelopeEncoding.Json, 0);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(octets));
        var claim = (await _bob.ClaimAsync(Url, 1, 10))[0]!;
        foreach (var (who, type, digest) in new[] { (_carol, Result, sha256), (_bob, MessageType.Parse("vn.document.v1"), sha256), (_bob, Result, new string('0', 64)) })
        {
            var envelope = Envelope(who, $"wrong-{Guid.NewGuid():N}", type, _alice) with { InReplyTo = new InReplyTo(request.Key, digest) };
            using var refused = await who.SubmitAsync(Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, who.Signer));
            await ApiBench.ProblemAsync(refused, "not-allowed", HttpStatusCode.Forbidden);
        }

        using var others = await _carol.GetAsync(Url, $"/api/v1/requests/{request.Key}");
        await ApiBench.ProblemAsync(others, "not-found", HttpStatusCode.NotFound);
        await ReplyToAsync(_bob, claim);
        Assert.That(await TakeAsync(_alice, 10), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Should_end_the_wait_at_once_when_the_recipient_refuses()
    {
        var (_, octets) = await RequestAsync("refused-1", _bob);
        var waiting = AskAsync(octets, EnvelopeEncoding.Json, 60);
        var claim = (await _bob.ClaimAsync(Url, 1, 10))[0]!;
        using var ack = await _bob.PostJsonAsync(Url, $"/api/v1/mailbox/claims/{claim["claim"]}/ack", new { outcome = "refused", reason = "không đúng thẩm quyền" });
        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!.GetValue<string>(), Is.EqualTo("recipient-rejected"));
        await TakeAsync(_alice, 5);
    }

    [Test]
    public async Task Should_refuse_to_wait_for_several_systems_or_where_no_reply_is_stated()
    {
        var several = Envelope(_alice, "several-1", Lookup, _bob, _carol);
        using var first = await AskAsync(await EnvelopeCodec.SignAsync(several, EnvelopeEncoding.Json, _alice.Signer), EnvelopeEncoding.Json, 1);
        await ApiBench.ProblemAsync(first, "invalid-request", HttpStatusCode.BadRequest);
        var document = Envelope(_alice, "document-1", MessageType.Parse("vn.document.v1"), _bob);
        using var second = await AskAsync(await EnvelopeCodec.SignAsync(document, EnvelopeEncoding.Json, _alice.Signer), EnvelopeEncoding.Json, 1);
        await ApiBench.ProblemAsync(second, "invalid-request", HttpStatusCode.BadRequest);
        Assert.That(await _bob.ClaimAsync(Url, 1), Is.Empty);
    }

    [Test]
    public async Task Should_show_the_schema_and_refuse_what_breaks_it()
    {
        using var shown = await _bob.GetAsync(Url, "/api/v1/services/vn.lookup.v1/schema");
        Assert.That((shown.Content.Headers.ContentType!.MediaType, await shown.Content.ReadAsStringAsync()), Is.EqualTo(("application/schema+json", Schema)));
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, "/api/v1/services/vn.lookup.v1/schema"));
        again.Headers.IfNoneMatch.Add(shown.Headers.ETag!);
        using var unchanged = await _bob.SendAsync(Url, again);
        Assert.That(unchanged.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        using var none = await _bob.GetAsync(Url, "/api/v1/services/vn.lookup-result.v1/schema");
        await ApiBench.ProblemAsync(none, "not-found", HttpStatusCode.NotFound);
        var envelope = _alice.Document("long-1", new string('x', 51), _bob.Address.ToString()) with { Type = Lookup };
        using var refused = await _alice.SubmitAsync(Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _alice.Signer));
        var problem = await ApiBench.ProblemAsync(refused, "schema-violation", HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["items"]!.ToJsonString(), Does.Contain("/text"));
    }

    [Test]
    public async Task Should_tell_that_the_service_will_end()
    {
        var (_, octets) = await RequestAsync("ending-1", _carol);
        using var answer = await _alice.SubmitAsync(Url, octets);
        Assert.That(answer.Headers.GetValues("Deprecation").Single(), Does.Match("^@[0-9]+$"));
    }

    [Test]
    public async Task Should_ask_and_answer_on_the_command_line()
    {
        var (question, reply) = (Path.Combine(_folder, "question.json"), Path.Combine(_folder, "reply.jws"));
        await File.WriteAllTextAsync(question, """{"text":"?"}""");
        var asking = HubProcess.RunAsync("request", "--url", Url.ToString(), "--from", "H06.01/qlvb", "--key", await KeyAsync(_alice, "alice.pem"), "--to", "H06.02/qlvb", "--type", "vn.lookup.v1", "--payload", question, "--out", reply);
        var claim = (await _bob.ClaimAsync(Url, 1, 30))[0]!;
        var answered = await HubProcess.RunAsync("send", "--url", Url.ToString(), "--from", "H06.02/qlvb", "--key", await KeyAsync(_bob, "bob.pem"), "--to", "H06.01/qlvb", "--type", "vn.lookup-result.v1", "--payload", question, "--in-reply-to", $"{claim["message"]}:{claim["sha256"]}", "--receipt", Path.Combine(_folder, "answer.receipt"));
        await _bob.AckAsync(Url, claim["claim"]!.GetValue<string>());
        var asked = await asking;
        Assert.That((answered.ExitCode, asked.ExitCode), Is.EqualTo((0, 0)), $"{answered}\n{asked}");
        Assert.That((await File.ReadAllTextAsync(reply)).Split('.'), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task Should_check_schemas_on_the_command_line()
    {
        var (old, @new) = (Path.Combine(_folder, "old.json"), Path.Combine(_folder, "new.json"));
        await File.WriteAllTextAsync(old, """{"type":"object"}""");
        await File.WriteAllTextAsync(@new, """{"type":["object","array"]}""");
        var (fine, narrower) = (await HubProcess.RunAsync("service", "check", @new, "--against", old), await HubProcess.RunAsync("service", "check", old, "--against", @new));
        Assert.That((fine.ExitCode, narrower.ExitCode), Is.EqualTo((0, 1)), $"{fine}\n{narrower}");
    }

    [Test]
    public async Task Should_serve_200_who_wait_at_once()
    {
        var requests = new List<(Envelope Envelope, byte[] Octets)>();
        for (var i = 0; i < 200; i++) requests.Add(await RequestAsync($"many-{i}", _bob));
        var waiting = requests.ConvertAll(r => AskAsync(r.Octets, EnvelopeEncoding.Json, 60));
        for (var answered = 0; answered < 200;)
        {
            foreach (var claim in await _bob.ClaimAsync(Url, 50, 10))
            {
                await ReplyToAsync(_bob, claim!);
                answered++;
            }
        }

        var answers = await Task.WhenAll(waiting);
        Assert.That(answers.Select(a => (a.StatusCode, a.Headers.GetValues("Hub-Message").Single())), Is.EqualTo(requests.Select(r => (HttpStatusCode.OK, r.Envelope.Key.Value))));
        Assert.That(await _alice.ClaimAsync(Url, 10), Is.Empty);
        foreach (var answer in answers) answer.Dispose();
    }

    [Test]
    public async Task Should_lose_nothing_when_the_hub_is_killed_while_somebody_waits()
    {
        var (request, octets) = await RequestAsync("killed-1", _bob);
        var waiting = AskAsync(octets, EnvelopeEncoding.Json, 60);
        var claim = (await _bob.ClaimAsync(Url, 1, 10))[0]!;
        await _hub.KillAsync();
        Assert.That(async () => await waiting, Throws.InstanceOf<HttpRequestException>());
        await _hub.DisposeAsync();
        _hub = await HubProcess.StartAsync(Data);
        var (_, signed) = await ReplyAsync(_bob, "killed-1-r", request.Key, claim["sha256"]!.GetValue<string>());
        await _bob.AckAsync(Url, claim["claim"]!.GetValue<string>());
        using var answer = await _alice.GetAsync(Url, $"/api/v1/requests/{request.Key}?wait=10");
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(signed));
    }

    private static Envelope Envelope(TestAgency from, string id, MessageType type, params TestAgency[] to) =>
        from.Document(id, id, to.Select(t => t.Address.ToString())) with { Type = type };

    private async Task<(Envelope Envelope, byte[] Octets)> RequestAsync(string id, TestAgency to, EnvelopeEncoding encoding = EnvelopeEncoding.Json)
    {
        var envelope = Envelope(_alice, id, Lookup, to);
        return (envelope, await EnvelopeCodec.SignAsync(envelope, encoding, _alice.Signer));
    }

    private Task<HttpResponseMessage> AskAsync(byte[] octets, EnvelopeEncoding encoding, int wait, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, "/api/v1/requests")) { Content = new ByteArrayContent(octets) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(encoding));
        request.Headers.Add("Prefer", $"respond-async, wait={wait}");
        return _alice.SendAsync(Url, request, cancellationToken);
    }

    private async Task<(Envelope Reply, byte[] Octets)> ReplyFromMailboxAsync(TestAgency provider, EnvelopeEncoding encoding = EnvelopeEncoding.Json) =>
        await ReplyToAsync(provider, (await provider.ClaimAsync(Url, 1, 10))[0]!, encoding);

    private async Task<(Envelope Reply, byte[] Octets)> ReplyToAsync(TestAgency provider, JsonNode claim, EnvelopeEncoding encoding = EnvelopeEncoding.Json)
    {
        var key = MessageKey.Parse(claim["message"]!.GetValue<string>());
        var reply = await ReplyAsync(provider, $"r-{key.Value[..16]}", key, claim["sha256"]!.GetValue<string>(), encoding);
        Assert.That(await provider.AckAsync(Url, claim["claim"]!.GetValue<string>()), Is.EqualTo(HttpStatusCode.OK));
        return reply;
    }

    private async Task<(Envelope Reply, byte[] Octets)> ReplyAsync(TestAgency provider, string id, MessageKey request, string sha256, EnvelopeEncoding encoding = EnvelopeEncoding.Json)
    {
        var reply = Envelope(provider, id, Result, _alice) with { InReplyTo = new InReplyTo(request, sha256) };
        var octets = await EnvelopeCodec.SignAsync(reply, encoding, provider.Signer);
        using var answer = await provider.SubmitAsync(Url, octets, encoding);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return (reply, octets);
    }

    private async Task<string> KeyAsync(TestAgency agency, string name)
    {
        var file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, agency.PrivatePem);
        return file;
    }

    /// <summary>Claims and acknowledges what there is; the keys.</summary>
    private async Task<IReadOnlyList<string>> TakeAsync(TestAgency agency, int waitSeconds)
    {
        var claims = await agency.ClaimAsync(Url, 10, waitSeconds);
        foreach (var claim in claims) await agency.AckAsync(Url, claim!["claim"]!.GetValue<string>());
        return [.. claims.Select(c => c!["message"]!.GetValue<string>())];
    }

    private async Task<string> DeliveryStateAsync(MessageKey key)
    {
        using var answer = await _alice.GetAsync(Url, $"/api/v1/messages/{key}");
        return (await ApiBench.JsonAsync(answer))["deliveries"]!.AsArray().Single()!["state"]!.GetValue<string>();
    }
}
