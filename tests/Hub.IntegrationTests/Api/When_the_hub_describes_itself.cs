using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hub.IntegrationTests.Api;

/// <summary>OpenAPI, pages, metrics, health and the public side of the log.</summary>
[TestFixture]
public sealed class When_the_hub_describes_itself
{
    private ApiBench _bench = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _bench = await ApiBench.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    /// <summary>Partners integrate against the committed file. To approve a change, copy the received one over it as printed.</summary>
    [Test]
    public async Task Should_serve_the_openapi_document_of_the_schemas_folder()
    {
        var served = await _bench.Hub.Http.GetStringAsync("/openapi/v1.json");
        var document = JsonNode.Parse(served.Replace(_bench.Hub.BaseAddress.GetLeftPart(UriPartial.Authority), "https://hub.example", StringComparison.Ordinal))!;
        var received = document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        var committed = Path.Combine(Docs.Guide.Repository, "schemas", "openapi.v1.json");
        var place = Path.Combine(TestContext.CurrentContext.WorkDirectory, "openapi.v1.received.json");
        await File.WriteAllTextAsync(place, received);
        Assert.That(received, Is.EqualTo(File.Exists(committed) ? await File.ReadAllTextAsync(committed) : ""), $"To approve: cp {place} schemas/openapi.v1.json");
    }

    [Test]
    public async Task Should_describe_every_route_in_openapi_3_1()
    {
        var document = JsonNode.Parse(await _bench.Hub.Http.GetStringAsync("/openapi/v1.json"))!;
        Assert.That(document["openapi"]!.GetValue<string>(), Does.StartWith("3.1."));
        Assert.That(document["components"]!["schemas"]!["ClaimView"]!["properties"]!["content"]!.ToJsonString(), Does.Contain("string"));
        var described = document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}")).ToHashSet(StringComparer.Ordinal);
        var mapped = (await RoutesAsync()).Where(static route => !IsPage(route.RoutePattern.RawText!))
            .SelectMany(static route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(verb => $"{verb} {PathOf(route)}"));
        Assert.That(described, Is.EquivalentTo(mapped));
        var operations = document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(static verb => verb.Value!)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(operations.Select(static o => o["operationId"]!.GetValue<string>()), Is.Unique);
            Assert.That(operations.Select(static o => o["summary"]?.GetValue<string>()), Is.All.Not.Empty);
            Assert.That(operations.Select(static o => o["responses"]!.AsObject().Count), Is.All.Positive);
        });
        foreach (var (path, item) in document["paths"]!.AsObject().Where(static p => p.Key.StartsWith("/api/", StringComparison.Ordinal)))
            foreach (var (verb, operation) in item!.AsObject()) Assert.That(operation!["security"]?.AsArray(), Is.Not.Null.And.Not.Empty, $"{verb} {path}");
        foreach (var reference in References(document))
        {
            JsonNode? target = document;
            foreach (var part in reference.Split('/')[1..]) target = target?[part];
            Assert.That(target, Is.Not.Null, reference);
        }
    }

    [Test]
    public async Task Should_ask_for_a_caller_at_every_address_of_the_api()
    {
        var open = (await RoutesAsync()).Where(static route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && route.Metadata.GetMetadata<CallerRequirement>() is null);
        Assert.That(open.Select(static route => route.RoutePattern.RawText), Is.EquivalentTo(new[] { "/api/v1/onboarding", "/api/v1/onboarding/{id}" }), "applicants have no key on the bus yet");
    }

    [TestCase("/")]
    [TestCase("/docs")]
    [TestCase("/problems")]
    [TestCase("/problems/signature-invalid")]
    public async Task Should_serve_pages_that_need_nothing_from_elsewhere(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml");
        using var answer = await _bench.Hub.Http.SendAsync(request);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
            Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'").And.Contain("sha256-"));
            var style = html[(html.IndexOf("<style>", StringComparison.Ordinal) + 7)..html.IndexOf("</style>", StringComparison.Ordinal)];
            Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'"));
            Assert.That(html, Does.Contain("lang=\"vi\"").And.Not.Contain("<script").And.Not.Contain("http://").And.Not.Contain("https://"));
        });
    }

    [Test]
    public async Task Should_serve_every_problem_to_programs()
    {
        foreach (var code in ProblemCode.All)
        {
            var view = JsonNode.Parse(await _bench.Hub.Http.GetStringAsync($"/problems/{code.Code}"))!;
            Assert.That(view["status"]!.GetValue<int>(), Is.EqualTo(code.HttpStatus));
        }

        using var none = await _bench.Hub.Http.GetAsync("/problems/no-such-code");
        await ApiBench.ProblemAsync(none, "not-found", HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Should_export_metrics_that_parse()
    {
        await _bench.SendAsync("metrics-1");
        using var answer = await _bench.Hub.Http.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.Content.Headers.ContentType, Is.EqualTo(MediaTypeHeaderValue.Parse("application/openmetrics-text; version=1.0.0; charset=utf-8")));
        var lines = text.TrimEnd('\n').Split('\n');
        var families = lines.Where(static line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(static line => line.Split(' ')[2]).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines[^1], Is.EqualTo("# EOF"));
            Assert.That(families, Is.Unique);
            Assert.That(lines.Where(static line => line[0] != '#').Select(static line => double.TryParse(line[(line.LastIndexOf(' ') + 1)..].Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture, out _)), Is.All.True);
            Assert.That(families, Does.Contain("hub_store_messages").And.Contain("hub_intake_accepted").And.Contain("hub_log_size"));
            Assert.That(text, Does.Not.Contain("H06.01"), "labels tell systems apart");
        });
    }

    [Test]
    public async Task Should_be_alive_and_ready()
    {
        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var answer = await _bench.Hub.Http.GetAsync(path);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
        }
    }

    [Test]
    public async Task Should_carry_security_headers_everywhere()
    {
        foreach (var path in new[] { "/", "/health/live", "/nowhere", "/api/v1/messages" })
        {
            using var answer = await _bench.Hub.Http.GetAsync(path);
            Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"), path);
            Assert.That(answer.Headers.Contains("Content-Security-Policy"), path);
            Assert.That(answer.Headers.Contains("Server"), Is.False, path);
        }
    }

    private static bool IsPage(string pattern) => pattern is "/" or "/docs" || pattern.StartsWith("/openapi", StringComparison.Ordinal);

    private static string PathOf(RouteEndpoint route) => route.RoutePattern.RawText!
        .Replace(":int}", "}", StringComparison.Ordinal).Replace(":long}", "}", StringComparison.Ordinal).Replace("{**", "{", StringComparison.Ordinal);

    /// <summary>The routes of a node that is built like the running one.</summary>
    private static async Task<List<RouteEndpoint>> RoutesAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hub-routes-").FullName;
        try
        {
            await using var node = await HubNode.StartAsync(new NodeOptions { DataDirectory = folder, Address = SystemAddress.Parse("H06.09/lgsp"), Dispatch = false });
            return [.. node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(static pair => pair.Key == "$ref" ? [pair.Value!.GetValue<string>()] : References(pair.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
