using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hub.IntegrationTests.Api;

/// <summary>Bad requests get their problem, change nothing, and tell nothing about the inside.</summary>
[TestFixture]
public sealed class When_requests_are_bad
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCase("GET", "/api/v1/messages")]
    [TestCase("POST", "/api/v1/messages")]
    [TestCase("POST", "/api/v1/mailbox/claims")]
    [TestCase("POST", "/api/v1/uploads")]
    [TestCase("GET", "/api/v1/operator/status")]
    [TestCase("POST", "/api/v1/operator/import")]
    public async Task Should_ask_strangers_for_a_token(string method, string path)
    {
        using var none = await _bench.RequestAsync(new HttpMethod(method), path);
        await ApiBench.ProblemAsync(none, "unauthenticated", HttpStatusCode.Unauthorized);
        Assert.That(none.Headers.WwwAuthenticate.Single().Scheme, Is.EqualTo("Bearer"));
        using var wrong = await _bench.RequestAsync(new HttpMethod(method), path, "eyJhbGciOiJub25lIn0.e30.");
        await ApiBench.ProblemAsync(wrong, "unauthenticated", HttpStatusCode.Unauthorized);
    }

    [TestCase("/api/v1/operator/status")]
    [TestCase("/api/v1/operator/dead-letters")]
    [TestCase("/api/v1/operator/entries")]
    [TestCase("/api/v1/operator/registry")]
    public async Task Should_keep_systems_out_of_the_operators_addresses(string path)
    {
        using var answer = await _bench.Alice.GetAsync(_bench.Url, path);
        await ApiBench.ProblemAsync(answer, "not-allowed", HttpStatusCode.Forbidden);
    }

    [TestCase("limit=0")]
    [TestCase("limit=201")]
    [TestCase("limit=abc")]
    [TestCase("state=lost")]
    [TestCase("state=1")]
    [TestCase("type=Nonsense")]
    [TestCase("from=nobody")]
    [TestCase("since=yesterday")]
    [TestCase("cursor=%00%ff")]
    public async Task Should_name_the_bad_parameter(string query)
    {
        using var answer = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages?{query}");
        await ApiBench.ProblemAsync(answer, "invalid-request", HttpStatusCode.BadRequest);
    }

    [TestCase("text/plain", "x", "unsupported-media-type", 415)]
    [TestCase("application/jose", "", "malformed-envelope", 400)]
    [TestCase("application/jose", "a.b.c", "malformed-envelope", 400)]
    [TestCase("application/vnd.hub.envelope+xml", "<Envelope", "malformed-envelope", 400)]
    [TestCase("application/vnd.hub.envelope+xml", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "malformed-envelope", 400)]
    public async Task Should_refuse_what_is_no_envelope(string type, string body, string code, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_bench.Url, "/api/v1/messages")) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new(type);
        using var answer = await _bench.Alice.SendAsync(_bench.Url, request);
        await ApiBench.ProblemAsync(answer, code, (HttpStatusCode)status);
    }

    [Test]
    public async Task Should_refuse_an_envelope_of_somebody_else()
    {
        var (_, octets) = await _bench.DocumentAsync("not-mine");
        using var answer = await _bench.Bob.SubmitAsync(_bench.Url, octets);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), await answer.Content.ReadAsStringAsync());
    }

    [TestCase("""{"max":1,"max":2}""")]
    [TestCase("""{"maximum":1}""")]
    [TestCase("""{"max":"1"}""")]
    [TestCase("""{"max":1""")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("""{"max":101}""")]
    [TestCase("""{"waitSeconds":61}""")]
    [TestCase("""{"waitSeconds":-1}""")]
    public async Task Should_read_json_strictly(string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_bench.Url, "/api/v1/mailbox/claims")) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await _bench.Bob.SendAsync(_bench.Url, request);
        await ApiBench.ProblemAsync(answer, "invalid-request", HttpStatusCode.BadRequest);
    }

    [TestCase("../../etc/passwd")]
    [TestCase("ABCDEF")]
    [TestCase("%2e%2e%2fkeys%2flog.pem")]
    public async Task Should_not_be_led_astray_by_names(string name)
    {
        using var message = await _bench.Alice.GetAsync(_bench.Url, $"/api/v1/messages/{name}");
        Assert.That(message.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using var tile = await _bench.RequestAsync(HttpMethod.Get, $"/log/tile/0/{name}");
        Assert.That(tile.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using var upload = await _bench.Alice.PostJsonAsync(_bench.Url, "/api/v1/uploads", new { sha256 = name, size = 1 });
        await ApiBench.ProblemAsync(upload, "invalid-request", HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Should_refuse_too_large_before_reading_it()
    {
        var token = await _bench.TokenAsync("operator");
        var answer = await RawAsync($"POST /api/v1/operator/import HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Type: application/yaml\r\nContent-Length: 4000000000\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 413").And.Contain("\"too-large\""));
    }

    [Test]
    public async Task Should_take_a_registry_larger_than_any_envelope()
    {
        using var content = new StringContent("extra: 1 #" + new string('x', 24 * 1024 * 1024), Encoding.UTF8, "application/yaml");
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/api/v1/operator/import?dryRun=true", await _bench.TokenAsync("operator"), content);
        await ApiBench.ProblemAsync(answer, "registry-invalid", HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task Should_refuse_headers_without_end() =>
        Assert.That(await RawAsync($"GET / HTTP/1.1\r\nHost: h\r\nX: {new string('x', 40_000)}\r\n\r\n"), Does.StartWith("HTTP/1.1 431"));

    [Test]
    public async Task Should_limit_guessing_at_the_token_endpoint()
    {
        // A hub of its own: the bucket of this source is empty afterwards.
        await using var bench = await ApiBench.StartAsync();
        var refused = 0;
        for (var i = 0; i < 120 && refused == 0; i++)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials" });
            using var answer = await bench.Hub.Http.PostAsync("/oauth/token", form);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            await ApiBench.ProblemAsync(answer, "rate-limited", HttpStatusCode.TooManyRequests);
            Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
            refused++;
        }

        Assert.That(refused, Is.EqualTo(1));
    }

    [TestCase("grant_type=password", "unsupported_grant_type")]
    [TestCase("grant_type=client_credentials&grant_type=client_credentials", "invalid_request")]
    [TestCase("grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c", "invalid_client")]
    public async Task Should_speak_oauth_at_the_token_endpoint(string form, string error)
    {
        using var answer = await _bench.RequestAsync(HttpMethod.Post, "/oauth/token", content: new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
        Assert.That((await ApiBench.JsonAsync(answer))["error"]!.GetValue<string>(), Is.EqualTo(error));
    }

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await client.ConnectAsync(_bench.Url.Host, _bench.Url.Port, timeout.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), timeout.Token);
        var buffer = new byte[8192];
        var read = 0;
        while (read < buffer.Length && !Encoding.UTF8.GetString(buffer, 0, read).Contains("\r\n\r\n", StringComparison.Ordinal) || !IsWhole(Encoding.UTF8.GetString(buffer, 0, read)))
        {
            var more = await stream.ReadAsync(buffer.AsMemory(read), timeout.Token);
            if (more == 0) break;
            read += more;
        }

        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    private static bool IsWhole(string answer) => answer.EndsWith('}') || answer.Contains("Content-Length: 0", StringComparison.Ordinal);
}
