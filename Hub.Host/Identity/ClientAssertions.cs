using System.Buffers.Text;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Host.Composition;

namespace Hub.Host.Identity;

/// <summary>Verifies client assertions (<c>private_key_jwt</c>, RFC 7523) with the keys in the registry.</summary>
internal sealed class ClientAssertions(ClientKeys clients, AssertionReplays replays, HubOrigins origins, TimeProvider clock)
{
    /// <summary>Longest time to expiry that is taken.</summary>
    internal static readonly TimeSpan LongestLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How far clocks may differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private const int MaxIdLength = 200;

    /// <summary>The system or person that made the assertion, with the key it signed with.</summary>
    /// <exception cref="ProblemException"><c>unauthenticated</c>, <c>unknown-sender</c>, <c>key-unknown</c>, <c>key-expired</c>,
    /// <c>key-revoked</c>, <c>certificate-invalid</c>, <c>signature-invalid</c>, <c>rate-limited</c> or <c>unavailable</c>.</exception>
    internal async ValueTask<RegisteredClient> VerifyAsync(string assertion, CancellationToken cancellationToken = default)
    {
        var now = clock.GetUtcNow();
        var jws = CompactJws.Parse(assertion);
        var algorithm = AlgorithmOf(jws.Header);
        var issuer = CompactJws.Text(jws.Claims, "iss");
        if (issuer is null || issuer != CompactJws.Text(jws.Claims, "sub") || !(SystemAddress.TryParse(issuer, out _) || ClientKeys.IsPerson(issuer)))
            throw Refuse("'iss' and 'sub' must both be the system's address, e.g. H29.12/qlvb, or operator:name or auditor:name");
        bool Verifies(VerificationKey key) => key.Verify(algorithm, jws.Signed, jws.Signature);
        var client = clients.Find(issuer, HintOf(jws.Header), Verifies);
        if (client.System is not null && !Verifies(client.Key))
            throw ProblemCode.SignatureInvalid.With($"The client assertion does not verify with the key '{client.Key.Id}' of '{issuer}' and {CompactJws.Text(jws.Header, "alg")}.");
        CheckClaims(jws.Claims, now, out var id, out var expires);
        await replays.UseAsync(issuer, id, expires + Skew, cancellationToken);
        return client;
    }

    private static SignatureAlgorithm AlgorithmOf(JsonElement header)
    {
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _)) throw Refuse("the header asks for extensions ('crit', 'b64')");
        if (header.TryGetProperty("typ", out var type) && !(type.ValueKind == JsonValueKind.String && type.GetString() is "JWT" or "jwt" or "client-authentication+jwt"))
            throw Refuse("'typ' must be JWT or client-authentication+jwt; tokens of other kinds are not taken");
        return CompactJws.Text(header, "alg") switch
        {
            "PS256" => SignatureAlgorithm.Ps256,
            "RS256" => SignatureAlgorithm.Rs256,
            "ES256" => SignatureAlgorithm.Es256,
            "ES384" => SignatureAlgorithm.Es384,
            var other => throw Refuse($"'alg' is {Shown(other)}; allowed: PS256, RS256, ES256, ES384"),
        };
    }

    private static KeyHint HintOf(JsonElement header)
    {
        var id = CompactJws.Text(header, "kid");
        var certificate = CompactJws.Text(header, "x5t#S256");
        if (id is null == certificate is null) throw Refuse("the header must name the key by exactly one of 'kid' and 'x5t#S256'");
        if (id is { Length: > 100 } or { Length: 0 } || (certificate is not null && (certificate.Length != 43 || !Base64Url.IsValid(certificate))))
            throw Refuse("the key's name in the header has not the right length or form");
        return new KeyHint(id, certificate is null ? null : Base64Url.DecodeFromChars(certificate));
    }

    private void CheckClaims(JsonElement claims, DateTimeOffset now, out string id, out DateTimeOffset expires)
    {
        if (Audience(claims) is not { } audience || !origins.Audiences.Contains(audience))
            throw Refuse($"'aud' must be this hub's token endpoint, {origins.Absolute("/oauth/token")}");
        expires = CompactJws.Instant(claims, "exp") ?? throw Refuse("'exp' is missing");
        if (expires + Skew <= now) throw Refuse($"it expired at {expires:yyyy-MM-ddTHH:mm:ssZ}; the hub's clock says {now:yyyy-MM-ddTHH:mm:ssZ}");
        if (expires > now + LongestLifetime + Skew) throw Refuse($"'exp' is {expires:yyyy-MM-ddTHH:mm:ssZ}, more than {LongestLifetime.TotalMinutes} minutes from now ({now:yyyy-MM-ddTHH:mm:ssZ})");
        var issued = CompactJws.Instant(claims, "iat") ?? throw Refuse("'iat' is missing: the time it was made, in whole seconds since 1970-01-01T00:00:00Z");
        if (issued < replays.Since) throw Refuse($"it was made at {issued:yyyy-MM-ddTHH:mm:ssZ}, before this hub started at {replays.Since:yyyy-MM-ddTHH:mm:ssZ}, so the hub cannot know whether it was used. Make a fresh one, by a clock that is right (the hub's says {now:yyyy-MM-ddTHH:mm:ssZ})");
        if (issued > now + Skew || (claims.TryGetProperty("nbf", out _) && !(CompactJws.Instant(claims, "nbf") <= now + Skew)))
            throw Refuse("'nbf' or 'iat' lies in the future, or 'nbf' is no time");
        id = CompactJws.Text(claims, "jti") ?? "";
        if (id.Length is 0 or > MaxIdLength) throw Refuse($"'jti' must have 1 to {MaxIdLength} characters, new for every assertion");
    }

    /// <summary>A string, or an array of exactly one: an assertion for several servers could be replayed at the others.</summary>
    private static string? Audience(JsonElement claims) => claims.TryGetProperty("aud", out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Array when value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.String => value[0].GetString(),
            _ => null,
        }
        : null;

    private static string Shown(string? text) => text is null ? "missing" : $"'{new string([.. text.Take(60).Where(static c => c is > ' ' and < (char)127)])}'";

    private static ProblemException Refuse(string fault) => ProblemCode.Unauthenticated.With($"The client assertion is refused: {fault}.");
}
