using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Registry;
using Hub.Host.Composition;
using Hub.IntegrationTests.Agencies;
using Microsoft.Extensions.DependencyInjection;

namespace Hub.IntegrationTests.Api;

/// <summary>Mutual TLS (RFC 8705) against a real listener: what counts is the registered key, never what a certificate says.</summary>
[TestFixture]
public sealed class When_callers_show_a_certificate
{
    private const string Alice = "H06.01/qlvb";

    private readonly List<IDisposable> _made = [];
    private string _folder = null!;
    private HubNode _node = null!;
    private TestAgency _bob = null!;
    private string _server = null!;
    private X509Certificate2 _alice = null!;
    private X509Certificate2 _expired = null!;
    private X509Certificate2 _revoked = null!;
    private X509Certificate2 _sealing = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hub-mtls-").FullName;
        _bob = new TestAgency("H06.02/qlvb");
        (_alice, _expired, _revoked, _sealing) = (Certificate(Alice), Certificate("expired"), Certificate("revoked"), Certificate("sealing"));
        using var server = Certificate("127.0.0.1");
        _server = server.GetCertHashString(HashAlgorithmName.SHA256);
        var (chain, key) = (Path.Combine(_folder, "chain.pem"), Path.Combine(_folder, "key.pem"));
        await File.WriteAllTextAsync(chain, server.ExportCertificatePem());
        await File.WriteAllTextAsync(key, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _node = await HubNode.StartAsync(new NodeOptions
        {
            DataDirectory = Path.Combine(_folder, "data"), Address = SystemAddress.Parse("H06.09/lgsp"), Listen = new Uri("https://127.0.0.1:0"),
            TlsCertificate = chain, TlsKey = key, ClientCertificates = true, Dispatch = false,
        });
        await _node.Services.GetRequiredService<RegistryService>().ImportAsync(
            $$"""
            hub: H06.09/lgsp
            levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
            agencies: [{code: H06, name: Tỉnh, level: province, verified: false}, {code: H06.01, name: A, level: province, parent: H06, verified: false}, {code: H06.02, name: B, level: province, parent: H06, verified: false}]
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            systems:
              - address: {{Alice}}
                name: Alice
                channel: {kind: mailbox}
                keys:
                  - {id: tls, pem: "{{Escaped(PublicPem(_alice))}}"}
                  - {id: old, notAfter: "2026-01-01T00:00:00Z", pem: "{{Escaped(PublicPem(_expired))}}"}
                  - {id: lost, revoked: "2026-01-01T00:00:00Z", pem: "{{Escaped(PublicPem(_revoked))}}"}
                  - {id: seal, use: encryption, pem: "{{Escaped(PublicPem(_sealing))}}"}
            {{_bob.RegistryYaml("{kind: mailbox}")}}
            """,
            "operator:thu");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        _bob.Dispose();
        foreach (var made in _made) made.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Should_give_the_holder_of_a_registered_key_a_token_for_this_certificate_only()
    {
        using var client = Client(_alice);
        var token = await TokenAsync(client);
        Assert.That(await StatusOfAsync(client, token), Is.EqualTo(HttpStatusCode.OK));

        using var without = Client(null);
        using var other = Client(Certificate(Alice));
        using var renewed = Client(Renewed(_alice));
        foreach (var replay in new[] { without, other, renewed })
            Assert.That(await StatusOfAsync(replay, token), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Should_take_a_new_certificate_of_the_same_key()
    {
        using var client = Client(Renewed(_alice));
        Assert.That(await StatusOfAsync(client, await TokenAsync(client)), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Should_not_care_for_names_in_a_certificate()
    {
        using var namedLikeAlice = Client(Certificate(Alice));
        await RefusedAsync(namedLikeAlice, Alice, "key-unknown", HttpStatusCode.Forbidden);
        using var alice = Client(_alice);
        await RefusedAsync(alice, "H06.02/qlvb", "key-unknown", HttpStatusCode.Forbidden);
        await RefusedAsync(alice, "H06.07/qlvb", "unknown-sender", HttpStatusCode.Forbidden);
        await RefusedAsync(alice, "H06.09/lgsp", "unknown-sender", HttpStatusCode.Forbidden);
        await RefusedAsync(alice, "operator:an", "unauthenticated", HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Should_refuse_keys_that_ended()
    {
        using var expired = Client(_expired);
        await RefusedAsync(expired, Alice, "key-expired", HttpStatusCode.Forbidden);
        using var revoked = Client(_revoked);
        await RefusedAsync(revoked, Alice, "key-revoked", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_refuse_a_key_that_is_for_encryption()
    {
        using var client = Client(_sealing);
        await RefusedAsync(client, Alice, "key-unknown", HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task Should_refuse_a_name_without_a_certificate()
    {
        using var client = Client(null);
        await RefusedAsync(client, Alice, "unauthenticated", HttpStatusCode.Unauthorized);
        using var request = Request(Alice);
        request.Headers.Add("X-Forwarded-Client-Cert", Convert.ToBase64String(_alice.RawData));
        request.Headers.Add("X-ARR-ClientCert", Convert.ToBase64String(_alice.RawData));
        using var answer = await client.SendAsync(request);
        await ApiBench.ProblemAsync(answer, "unauthenticated", HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Should_bind_the_token_of_an_assertion_when_asked()
    {
        using var client = Client(Certificate("any"));
        var token = await TokenAsync(client, _bob.TokenForm(_node.Url!, bound: true));
        Assert.That(await StatusOfAsync(client, token), Is.EqualTo(HttpStatusCode.OK));
        using var other = Client(null);
        Assert.That(await StatusOfAsync(other, token), Is.EqualTo(HttpStatusCode.Unauthorized));
        var free = await TokenAsync(client, _bob.TokenForm(_node.Url!, bound: false));
        Assert.That(await StatusOfAsync(other, free), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Should_say_in_its_metadata_what_it_takes()
    {
        using var client = Client(null);
        var metadata = JsonNode.Parse(await client.GetStringAsync("/.well-known/oauth-authorization-server"))!;
        Assert.Multiple(() =>
        {
            Assert.That(metadata["token_endpoint_auth_methods_supported"]!.AsArray().Select(static m => m!.GetValue<string>()), Is.EqualTo(new[] { "private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth" }));
            Assert.That(metadata["tls_client_certificate_bound_access_tokens"]!.GetValue<bool>(), Is.True);
        });
    }

    [Test]
    public async Task Should_count_refused_certificates_and_people()
    {
        using var client = Client(Certificate("stranger"));
        await RefusedAsync(client, Alice, "key-unknown", HttpStatusCode.Forbidden);
        await RefusedAsync(client, "operator:nobody", "unauthenticated", HttpStatusCode.Unauthorized);
        await _node.Services.GetRequiredService<Hub.Core.Intake.IntakeService>().Refusals.FlushAsync(unfinished: true);
        var entries = await _node.Services.GetRequiredService<Hub.Core.Storage.IHubStore>().ListEntriesAsync(0, 100);
        var counted = entries.Where(static e => e.ParseHeader().Kind == EntryKinds.RefusalsCounted).Select(static e => JsonNode.Parse(e.Body!.Value.Span)!["codes"]!).ToList();
        Assert.That(counted.Select(static c => c["key-unknown"]), Has.Some.Not.Null);
        Assert.That(counted.Select(static c => c["unauthenticated"]), Has.Some.Not.Null);
    }

    private HttpClient Client(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == _server };
        if (certificate is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        return new HttpClient(handler) { BaseAddress = _node.Url };
    }

    private static HttpRequestMessage Request(string client) => new(HttpMethod.Post, "/oauth/token")
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials", ["client_id"] = client }),
    };

    private static async Task<string> TokenAsync(HttpClient client, HttpContent? form = null)
    {
        using var request = Request(Alice);
        if (form is not null) request.Content = form;
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonNode.Parse(text)!["access_token"]!.GetValue<string>();
    }

    private static async Task RefusedAsync(HttpClient client, string name, string code, HttpStatusCode status)
    {
        using var request = Request(name);
        using var answer = await client.SendAsync(request);
        var problem = await ApiBench.ProblemAsync(answer, code, status);
        Assert.That(problem["error"]!.GetValue<string>(), Is.EqualTo("invalid_client"));
    }

    private static async Task<HttpStatusCode> StatusOfAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/messages");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Issue(name, key);
    }

    private X509Certificate2 Renewed(X509Certificate2 old)
    {
        using var key = old.GetECDsaPrivateKey()!;
        return Issue("renewed", key);
    }

    private X509Certificate2 Issue(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name.Replace('/', '-')}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"urn:hub:{name}"));
        request.CertificateExtensions.Add(names.Build());
        // Long past its own end: dates in a certificate count as little as names.
        var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(51));
        _made.Add(certificate);
        return certificate;
    }

    private static string PublicPem(X509Certificate2 certificate) =>
        PemEncoding.WriteString("PUBLIC KEY", certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private static string Escaped(string pem) => pem.Replace("\n", "\\n", StringComparison.Ordinal);
}
