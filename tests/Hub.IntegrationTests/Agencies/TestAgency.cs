using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;

namespace Hub.IntegrationTests.Agencies;

/// <summary>An agency system that talks plain HTTP to the hub, written from the documented contract alone.</summary>
public sealed class TestAgency : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private string? _token;

    public TestAgency(string address)
    {
        Address = SystemAddress.Parse(address);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PublicPem = key.ExportSubjectPublicKeyInfoPem();
        PrivatePem = key.ExportPkcs8PrivateKeyPem();
        Signer = LocalSigner.FromPem("k1", PrivatePem);
    }

    public SystemAddress Address { get; }

    public LocalSigner Signer { get; }

    public string PublicPem { get; }

    public string PrivatePem { get; }

    /// <summary>The system's lines in a registry document, indented below <c>systems:</c>.</summary>
    public string RegistryYaml(string channel, string policy = "{}", string receives = "vn.document.v1") => $"""
          - address: {Address}
            name: {Address}
            receives: [{receives}]
            channel: {channel}
            policy: {policy}
            keys:
              - id: k1
                pem: |
                  {PublicPem.Trim().Replace("\n", "\n          ", StringComparison.Ordinal)}

        """;

    public Envelope Document(string id, string text, params IEnumerable<string> to) => new()
    {
        Id = id,
        Type = MessageType.Parse("vn.document.v1"),
        From = Address,
        To = [.. to.Select(t => new Recipient(RecipientAddress.Parse(t)))],
        Created = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
        Subject = $"Văn bản {id}",
        Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = JsonSerializer.SerializeToUtf8Bytes(new { text }) },
    };

    /// <summary>Gets a fresh token before the next call: a restored hub takes none of an earlier epoch of its log.</summary>
    public void ForgetToken() => _token = null;

    public void Dispose() => _http.Dispose();

    public async Task<HttpResponseMessage> SubmitAsync(Uri hub, byte[] octets, EnvelopeEncoding encoding = EnvelopeEncoding.Json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, "/api/v1/messages")) { Content = new ByteArrayContent(octets) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(EnvelopeCodec.MediaTypeOf(encoding));
        return await SendAsync(hub, request);
    }

    public async Task<HttpResponseMessage> SendAsync(Uri hub, HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(hub));
        return await _http.SendAsync(request, cancellationToken);
    }

    public async Task<HttpResponseMessage> PostJsonAsync(Uri hub, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, path)) { Content = JsonContent.Create(body) };
        return await SendAsync(hub, request);
    }

    public async Task<HttpResponseMessage> GetAsync(Uri hub, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(hub, path));
        return await SendAsync(hub, request);
    }

    /// <summary>Claims with contents; empty when there is nothing.</summary>
    public async Task<JsonArray> ClaimAsync(Uri hub, int max, int waitSeconds = 0)
    {
        using var answer = await PostJsonAsync(hub, "/api/v1/mailbox/claims", new { max, waitSeconds, inline = true });
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["claims"]!.AsArray();
    }

    public async Task<HttpStatusCode> AckAsync(Uri hub, string claim)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, $"/api/v1/mailbox/claims/{claim}/ack"));
        using var answer = await SendAsync(hub, request);
        return answer.StatusCode;
    }

    /// <summary>Its access token; the same one for a hub's whole life.</summary>
    public async Task<string> TokenAsync(Uri hub) => _token ??= await GetTokenAsync(hub);

    /// <summary>The form that asks for a token with a fresh assertion.</summary>
    public FormUrlEncodedContent TokenForm(Uri hub, bool bound = false)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var head = JsonSerializer.SerializeToUtf8Bytes(new { alg = "ES256", typ = "JWT", kid = Signer.KeyId });
        var claims = JsonSerializer.SerializeToUtf8Bytes(new { iss = Address.ToString(), sub = Address.ToString(), aud = new Uri(hub, "/oauth/token").ToString(), jti = Guid.NewGuid().ToString("N"), iat = now, exp = now + 120 });
        var input = $"{Base64Url.EncodeToString(head)}.{Base64Url.EncodeToString(claims)}";
        return new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = $"{input}.{Base64Url.EncodeToString(Signer.Sign(Encoding.ASCII.GetBytes(input)))}",
            ["certificate_bound"] = bound ? "true" : "false",
        });
    }

    private async Task<string> GetTokenAsync(Uri hub)
    {
        using var form = TokenForm(hub);
        using var answer = await _http.PostAsync(new Uri(hub, "/oauth/token"), form);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonNode.Parse(text)!["access_token"]!.GetValue<string>();
    }
}
