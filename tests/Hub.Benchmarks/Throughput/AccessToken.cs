using System.Text.Json;
using Hub.Contracts.Signatures;
using Hub.Host.AgencyClient;

namespace Hub.Benchmarks.Throughput;

/// <summary>Gets an access token for the raw connections, with the assertion that the agency's client makes.</summary>
internal static class AccessToken
{
    internal static async Task<string> GetAsync(HttpClient http, string hubUrl, string system, ISigner signer, TimeProvider clock)
    {
        var endpoint = new Uri($"{hubUrl}/oauth/token");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = await ClientAssertion.SignAsync(system, endpoint, signer, clock.GetUtcNow(), CancellationToken.None),
        });
        using var answer = await http.PostAsync(endpoint, form);
        var text = await answer.Content.ReadAsStringAsync();
        using var json = answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException($"No token: {(int)answer.StatusCode} {text}");
        return json.RootElement.GetProperty("access_token").GetString()!;
    }
}
