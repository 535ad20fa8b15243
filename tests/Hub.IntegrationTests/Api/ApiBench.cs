using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Api;

/// <summary>A running hub with three systems: Alice may send to Bob; Carol has nothing to do with either.</summary>
public sealed class ApiBench : IAsyncDisposable
{
    private ApiBench(string folder, HubProcess hub, TestAgency alice, TestAgency bob, TestAgency carol)
    {
        Folder = folder;
        Hub = hub;
        (Alice, Bob, Carol) = (alice, bob, carol);
    }

    public string Folder { get; }

    public string Data => Path.Combine(Folder, "data");

    public HubProcess Hub { get; private set; }

    public Uri Url => Hub.BaseAddress;

    public TestAgency Alice { get; }

    public TestAgency Bob { get; }

    public TestAgency Carol { get; }

    /// <summary>Imports the registry while no hub runs, then starts the hub.</summary>
    public static async Task<ApiBench> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hub-api-").FullName;
        TestAgency alice = new("H06.01/qlvb"), bob = new("H06.02/qlvb"), carol = new("H06.03/qlvb");
        var file = Path.Combine(folder, "registry.yaml");
        await File.WriteAllTextAsync(file, $$"""
            hub: H06.09/lgsp
            levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
            agencies:
              - {code: H06, name: Tỉnh, level: province, verified: false}
              - {code: H06.01, name: A, level: province, parent: H06, verified: false}
              - {code: H06.02, name: B, level: province, parent: H06, verified: false}
              - {code: H06.03, name: C, level: province, parent: H06, verified: false}
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            rights: [{from: H06.01/qlvb, services: [vn.document.v1], to: H06.02}]
            systems:
            {{alice.RegistryYaml("{kind: mailbox}")}}{{bob.RegistryYaml("{kind: mailbox}", "{maxAttempts: 1}")}}{{carol.RegistryYaml("{kind: mailbox}")}}
            """);
        var data = Path.Combine(folder, "data");
        var import = await HubProcess.RunAsync("import", file, "--data", data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        return new ApiBench(folder, await HubProcess.StartAsync(data), alice, bob, carol);
    }

    public async Task RestartAsync()
    {
        await Hub.DisposeAsync();
        Hub = await HubProcess.StartAsync(Data);
    }

    /// <summary>Signs a document of Alice to Bob.</summary>
    public async Task<(Envelope Envelope, byte[] Octets)> DocumentAsync(string id, EnvelopeEncoding encoding = EnvelopeEncoding.Json)
    {
        var envelope = Alice.Document(id, $"Nội dung {id}", Bob.Address.ToString());
        return (envelope, await EnvelopeCodec.SignAsync(envelope, encoding, Alice.Signer));
    }

    /// <summary>Sends a document of Alice to Bob; its key.</summary>
    public async Task<string> SendAsync(string id)
    {
        var (envelope, octets) = await DocumentAsync(id);
        using var answer = await Alice.SubmitAsync(Url, octets);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return envelope.Key.Value;
    }

    /// <summary>A token from the command line.</summary>
    public async Task<string> TokenAsync(params string[] scopes)
    {
        var result = await RunAsync(["token", "--name", "thu-nghiem", "--scope", .. scopes]);
        return result.Output.Trim();
    }

    /// <summary>Runs a command on this hub's folder, which must succeed.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var result = await HubProcess.RunAsync([.. arguments, "--data", Data]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result;
    }

    /// <summary>One request with a given token, or none.</summary>
    public async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? token = null, HttpContent? content = null, string? reason = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path)) { Content = content };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (reason is not null) request.Headers.Add("Hub-Reason", Uri.EscapeDataString(reason));
        return await Hub.Http.SendAsync(request);
    }

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    /// <summary>Asserts that an answer is a well-formed problem with this code, and gives it.</summary>
    public static async Task<JsonObject> ProblemAsync(HttpResponseMessage answer, string code, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), text);
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), text);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Multiple(() =>
        {
            Assert.That(problem["code"]!.GetValue<string>(), Is.EqualTo(code), text);
            Assert.That(problem["type"]!.GetValue<string>(), Does.EndWith($"/problems/{code}"));
            foreach (var member in new[] { "title", "titleVi", "detail", "remedy", "remedyVi", "traceId", "instance" })
                Assert.That(problem[member]?.GetValue<string>(), Is.Not.Null.And.Not.Empty, member);
        });
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        foreach (var agency in new[] { Alice, Bob, Carol }) agency.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
