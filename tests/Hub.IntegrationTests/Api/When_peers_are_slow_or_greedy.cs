using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Hub.Contracts.Envelopes;

namespace Hub.IntegrationTests.Api;

/// <summary>One caller cannot take the memory or the processor of the others.</summary>
[TestFixture]
public sealed class When_peers_are_slow_or_greedy
{
    private const int Huge = 20 * 1024 * 1024;
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [Test]
    public async Task Should_serve_others_while_eight_bodies_creep_in()
    {
        var token = await _bench.TokenAsync("operator");
        List<TcpClient> creeping = [];
        try
        {
            for (var i = 0; i < 8; i++)
                creeping.Add(await AskAsync($"POST /api/v1/operator/import HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Type: application/yaml\r\nContent-Length: {Huge}\r\n\r\nhub:"));

            // Half of them, whichever came last to the hub, are refused at once and say so: then the hub has seen all.
            List<Task<string>> heads = [.. creeping.Select(HeadAsync)];
            var answers = 0;
            for (var i = 0; i < 4; i++)
            {
                var first = await Task.WhenAny(heads);
                heads.Remove(first);
                if ((await first).Contains("429", StringComparison.Ordinal)) answers++;
            }

            Assert.That(answers, Is.EqualTo(4));
            await _bench.SendAsync("beside-creepers");
        }
        finally
        {
            foreach (var client in creeping) client.Dispose();
        }
    }

    [Test]
    public async Task Should_bound_what_one_reader_holds_of_large_messages()
    {
        var envelope = _bench.Alice.Document("large-1", new string('x', 9 * 1024 * 1024), _bench.Bob.Address.ToString());
        using var sent = await _bench.Alice.SubmitAsync(_bench.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, _bench.Alice.Signer));
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        var path = $"/api/v1/messages/{envelope.Key.Value}/content";
        var token = await _bench.TokenAsync("auditor", "content");
        List<TcpClient> readers = [];
        try
        {
            List<string> heads = [];
            for (var i = 0; i < 5; i++)
            {
                readers.Add(await AskAsync($"GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nHub-Reason: x\r\n\r\n"));
                heads.Add(await HeadAsync(readers[i]));
            }

            Assert.That(heads[0], Does.Contain(" 200 "));
            Assert.That(heads[^1], Does.Contain(" 429 "));
            using var other = await _bench.Alice.GetAsync(_bench.Url, path);
            Assert.That((await other.Content.ReadAsByteArrayAsync()).Length, Is.GreaterThan(9 * 1024 * 1024));
        }
        finally
        {
            foreach (var client in readers) client.Dispose();
        }
    }

    [TestCase("/openapi/v1.json", "application/json")]
    [TestCase("/docs", "text/html")]
    [TestCase("/problems", "text/html")]
    [TestCase("/problems", "application/json")]
    [TestCase("/problems/not-found", "text/html")]
    public async Task Should_make_descriptions_once_and_say_when_nothing_changed(string path, string accept)
    {
        using var first = await GetAsync(path, accept);
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(first.Content.Headers.ContentType!.MediaType, Is.EqualTo(accept));
        Assert.That(first.Headers.ETag, Is.Not.Null);
        using var again = await GetAsync(path, accept, first.Headers.ETag);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        Assert.That(await again.Content.ReadAsByteArrayAsync(), Is.Empty);
        using var other = await GetAsync(path, accept, new EntityTagHeaderValue("\"other\""));
        Assert.That(await other.Content.ReadAsStringAsync(), Is.EqualTo(await first.Content.ReadAsStringAsync()));
    }

    [Test]
    public async Task Should_refuse_text_that_is_none_without_a_stack_in_the_log()
    {
        var part = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"alg":"\ud800","kid":"k1"}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = $"{part}.{part}.AA",
        });
        using var answer = await _bench.Hub.Http.PostAsync("/oauth/token", form);
        await ApiBench.ProblemAsync(answer, "unauthenticated", HttpStatusCode.Unauthorized);
        Assert.That(_bench.Hub.Log, Does.Not.Contain("Exception"));
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        return await _bench.Hub.Http.SendAsync(request);
    }

    /// <summary>Sends a request on a connection that takes little in.</summary>
    private async Task<TcpClient> AskAsync(string request)
    {
        var client = new TcpClient { ReceiveBufferSize = 4_096 };
        await client.ConnectAsync(_bench.Url.Host, _bench.Url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return client;
    }

    /// <summary>The first bytes of an answer.</summary>
    private static async Task<string> HeadAsync(TcpClient client)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, timeout.Token));
    }
}
