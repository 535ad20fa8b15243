using System.Text.Json;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>Gets access tokens by OAuth 2 client credentials and keeps one until shortly before it ends. Thread-safe:
/// callers that need a new one at the same time share one request.</summary>
internal sealed class TokenSource(HttpClient http, Uri hub, string self, ISigner signer, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Token? _token;

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is { } current && current.Until > clock.GetUtcNow()) return current.Value;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_token is { } other && other.Until > clock.GetUtcNow()) return other.Value;
            return (_token = await RequestAsync(cancellationToken)).Value;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Drops a token that the hub refused, unless it was replaced meanwhile.</summary>
    public void Forget(string value)
    {
        if (_token is { } current && current.Value == value) _token = null;
    }

    public void Dispose() => _one.Dispose();

    private async Task<Token> RequestAsync(CancellationToken cancellationToken)
    {
        var endpoint = new Uri(hub, "/oauth/token");
        var now = clock.GetUtcNow();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = await ClientAssertion.SignAsync(self, endpoint, signer, now, cancellationToken),
        });
        using var answer = await http.PostAsync(endpoint, form, cancellationToken);
        if (!answer.IsSuccessStatusCode) throw Advised((await HubRefusalReader.ReadAsync(answer, cancellationToken)).Refusal);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        var life = TimeSpan.FromSeconds(document.RootElement.GetProperty("expires_in").GetInt64());
        var usable = life > Margin * 2 ? life - Margin : life / 2;
        return new Token(document.RootElement.GetProperty("access_token").GetString()!, now + usable);
    }

    /// <summary>Here the signature is that of the assertion, which this program made: only the key can be wrong.</summary>
    private HubRefusalException Advised(HubRefusal refusal) => new(refusal.Code != ProblemCode.SignatureInvalid.Code ? refusal : refusal with
    {
        Remedy = $"This is not the key registered as '{signer.KeyId}' for {self}. Use that key, or name the id under which this one is registered.",
    });

    private sealed record Token(string Value, DateTimeOffset Until);
}
