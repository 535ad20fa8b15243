using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Signatures;

namespace Hub.Benchmarks.Throughput;

/// <summary>Gets an access token with <c>private_key_jwt</c> (RFC 7523).</summary>
internal static class ClientAssertion
{
    internal static async Task<string> GetTokenAsync(HttpClient http, string hubUrl, string system, LocalSigner signer, TimeProvider clock)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var head = JsonSerializer.Serialize(new { alg = signer.Algorithm.ToString().ToUpperInvariant(), typ = "JWT", kid = signer.KeyId });
        var claims = JsonSerializer.Serialize(new { iss = system, sub = system, aud = $"{hubUrl}/oauth/token", jti = Guid.NewGuid().ToString("N"), iat = now, exp = now + 120 });
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(head))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        var assertion = $"{input}.{Base64Url.EncodeToString(signer.Sign(Encoding.ASCII.GetBytes(input)))}";
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion,
        });
        using var answer = await http.PostAsync(new Uri($"{hubUrl}/oauth/token"), form);
        var text = await answer.Content.ReadAsStringAsync();
        using var json = answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException($"No token: {(int)answer.StatusCode} {text}");
        return json.RootElement.GetProperty("access_token").GetString()!;
    }
}
