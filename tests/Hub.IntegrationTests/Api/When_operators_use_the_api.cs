using System.Net;
using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;

namespace Hub.IntegrationTests.Api;

/// <summary>What operators and auditors may see, and what it leaves in the log.</summary>
[TestFixture]
public sealed class When_operators_use_the_api
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_show_metadata_but_no_subject_and_no_bodies()
    {
        var key = await _bench.SendAsync("metadata-1");
        var token = await _bench.TokenAsync("auditor");
        using var message = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{key}", token);
        var view = await ApiBench.JsonAsync(message);
        Assert.That(view["from"]!.GetValue<string>(), Is.EqualTo("H06.01/qlvb"));
        Assert.That(view["subject"], Is.Null);
        using var entries = await _bench.RequestAsync(HttpMethod.Get, $"/api/v1/messages/{key}/entries", token);
        foreach (var entry in (await ApiBench.JsonAsync(entries))["items"]!.AsArray()) Assert.That(entry!["body"] ?? entry["salt"], Is.Null);
    }

    [Test]
    public async Task Should_open_content_only_with_scope_and_reason_and_write_it_down()
    {
        var key = await _bench.SendAsync("content-1");
        var path = $"/api/v1/messages/{key}/content";
        using var withoutScope = await _bench.RequestAsync(HttpMethod.Get, path, await _bench.TokenAsync("operator"), reason: "vì sao");
        await ApiBench.ProblemAsync(withoutScope, "not-allowed", HttpStatusCode.Forbidden);
        var token = await _bench.TokenAsync("auditor", "content");
        using var withoutReason = await _bench.RequestAsync(HttpMethod.Get, path, token);
        await ApiBench.ProblemAsync(withoutReason, "not-allowed", HttpStatusCode.Forbidden);
        using var opened = await _bench.RequestAsync(HttpMethod.Get, path, token, reason: "Yêu cầu số 12");
        Assert.That(opened.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var entries = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}/entries");
        var read = (await ApiBench.JsonAsync(entries))["items"]!.AsArray().Where(static e => e!["kind"]!.GetValue<string>() == EntryKinds.AccessRead).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(read, Has.Count.EqualTo(1));
            Assert.That(read[0]!["actor"]!.GetValue<string>(), Is.EqualTo("auditor:thu-nghiem"));
            Assert.That(read[0]!["body"]!["reason"]!.GetValue<string>(), Is.EqualTo("Yêu cầu số 12"));
        });
    }

    [Test]
    public async Task Should_not_let_auditors_change_anything()
    {
        var token = await _bench.TokenAsync("auditor", "content");
        foreach (var (path, type) in new[]
        {
            ("/api/v1/operator/import", "application/yaml"), ($"/api/v1/operator/messages/{new string('a', 64)}/erase", "application/json"),
            ("/api/v1/operator/deliveries/1/replay", "application/json"), ("/api/v1/operator/tokens", "application/json"), ("/api/v1/messages", "application/jose"),
        })
        {
            using var answer = await _bench.RequestAsync(HttpMethod.Post, path, token, new StringContent("{}", Encoding.UTF8, type));
            await ApiBench.ProblemAsync(answer, "not-allowed", HttpStatusCode.Forbidden);
        }
    }

    [Test]
    public async Task Should_issue_tokens_over_the_socket_only()
    {
        var token = await _bench.TokenAsync("operator", "content");
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/operator/tokens", token, new StringContent("""{"scope":"operator","name":"x"}""", Encoding.UTF8, "application/json"));
        await ApiBench.ProblemAsync(answer, "not-allowed", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_report_every_mistake_of_a_registry_and_change_nothing()
    {
        var token = await _bench.TokenAsync("operator");
        using var before = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/registry", token);
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/operator/import", token, new StringContent("hub: H06.09/lgsp\nagencies: [{code: X, name: A}, {code: H06, level: nowhere}]\nfoo: 1\n", Encoding.UTF8, "application/yaml"));
        var problem = await ApiBench.ProblemAsync(answer, "registry-invalid", HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["items"]!.AsArray(), Has.Count.GreaterThanOrEqualTo(3));
        using var after = await _bench.RequestAsync(HttpMethod.Get, "/api/v1/operator/registry", token);
        Assert.That(await after.Content.ReadAsStringAsync(), Is.EqualTo(await before.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task Should_erase_by_law_and_still_verify()
    {
        var key = await _bench.SendAsync("erase-1");
        await _bench.RunAsync("erase", key, "--reason", "Quyết định 12/QĐ");
        using var content = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}/content");
        await ApiBench.ProblemAsync(content, "content-erased", HttpStatusCode.Gone);
        using var receipt = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}/receipt");
        await ApiBench.ProblemAsync(receipt, "content-erased", HttpStatusCode.Gone);
        using var message = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{key}");
        var view = await ApiBench.JsonAsync(message);
        Assert.That(view["subject"], Is.Null);
        Assert.That(view["deliveries"]![0]!["state"]!.GetValue<string>(), Is.EqualTo("cancelled"));
        Assert.That((await _bench.RunAsync("log", "verify", "--json")).Output, Does.Contain("\"valid\": true"));
    }

    [Test]
    public async Task Should_erase_uploaded_attachments_that_no_other_message_names()
    {
        var (alone, shared) = (await UploadAsync("chỉ một văn bản"), await UploadAsync("hai văn bản"));
        var first = await SendAsync("erase-2", alone, shared);
        var second = await SendAsync("erase-3", shared);
        await _bench.RunAsync("erase", first, "--reason", "Quyết định 12/QĐ");
        Assert.That((Files(alone), Files(shared)), Is.EqualTo((0, 1)));
        using var gone = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{first}/attachments/{alone.Sha256}");
        await ApiBench.ProblemAsync(gone, "content-erased", HttpStatusCode.Gone);
        using var stays = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{second}/attachments/{shared.Sha256}");
        Assert.That(await stays.Content.ReadAsStringAsync(), Is.EqualTo("hai văn bản"));
        await _bench.RunAsync("erase", second, "--reason", "Quyết định 13/QĐ");
        Assert.That(Files(shared), Is.Zero);

        int Files(Attachment upload) => Directory.GetFiles(Path.Combine(_bench.Data, "uploads"), upload.Sha256 + "*", SearchOption.AllDirectories).Length;
    }

    private async Task<Attachment> UploadAsync(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        using var begun = await _bench.Alice.PostJsonAsync(_bench.Url, "/api/v1/uploads", new { sha256, size = content.Length });
        Assert.That(begun.StatusCode, Is.EqualTo(HttpStatusCode.Created), await begun.Content.ReadAsStringAsync());
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(_bench.Url, begun.Headers.Location!.ToString())) { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        request.Headers.Add("Upload-Offset", "0");
        using var done = await _bench.Alice.SendAsync(_bench.Url, request);
        Assert.That(done.Headers.GetValues("Upload-Complete").Single(), Is.EqualTo("?1"));
        return new Attachment { Name = $"{sha256[..8]}.txt", MediaType = "text/plain", Size = content.Length, Sha256 = sha256 };
    }

    private async Task<string> SendAsync(string id, params Attachment[] attachments)
    {
        var envelope = _bench.Alice.Document(id, $"Nội dung {id}", _bench.Bob.Address.ToString()) with { Attachments = attachments };
        using var answer = await _bench.Alice.SubmitAsync(_bench.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _bench.Alice.Signer));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return envelope.Key.Value;
    }

    [Test]
    public async Task Should_replay_a_dead_delivery()
    {
        // Bob's policy allows one claim: giving it back kills the delivery.
        while (await _bench.Bob.ClaimAsync(_bench.Url, 100) is { Count: > 0 } waiting)
            foreach (var claim in waiting) await _bench.Bob.AckAsync(_bench.Url, claim!["claim"]!.GetValue<string>());
        var key = await _bench.SendAsync("dead-1");
        var first = (await _bench.Bob.ClaimAsync(_bench.Url, 1, waitSeconds: 5)).Single()!;
        using var nack = await _bench.Bob.PostJsonAsync(_bench.Url, $"/api/v1/mailbox/claims/{first["claim"]!.GetValue<string>()}/nack", new { reason = "đĩa đầy" });
        Assert.That(nack.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await nack.Content.ReadAsStringAsync());
        Assert.That((await _bench.RunAsync("dead-letters", "--json")).Output, Does.Contain(key).And.Contain("đĩa đầy"));
        await _bench.RunAsync("replay", "--all");
        var again = (await _bench.Bob.ClaimAsync(_bench.Url, 1, waitSeconds: 5)).Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(again["message"]!.GetValue<string>(), Is.EqualTo(key));
            Assert.That(again["replay"]!.GetValue<bool>(), Is.True);
        });
    }
}
