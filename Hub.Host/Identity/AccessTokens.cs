using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Trail;

namespace Hub.Host.Identity;

/// <summary>Issues and validates the hub's own access tokens: compact JWS, ES256 by the hub's token key.</summary>
/// <remarks>A system's token names the key that asked for it; the token dies with that key, at the next request.
/// Validated tokens are remembered by their SHA-256, so that a busy caller costs one hash instead of one signature check.</remarks>
internal sealed class AccessTokens(IHubKeys keys, IRegistry registry, HubSettings settings, TimeProvider clock, ICertificateStatus certificates)
{
    internal static readonly TimeSpan SystemLifetime = TimeSpan.FromMinutes(10);

    internal static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(8);

    private const int MaxRemembered = 10_000;

    /// <summary>The hub's own tokens are shorter; longer ones may stand on the heap while they are hashed.</summary>
    private const int MaxOnStack = 1_024;

    /// <summary>Exactly one header is ever written, so exactly one is read: no algorithm is taken from a token.</summary>
    private static readonly string Header = CompactJws.Encode("""{"alg":"ES256","typ":"at+jwt"}"""u8);

    private readonly ConcurrentDictionary<(UInt128, UInt128), Grant> _remembered = new();

    private string Issuer => keys.LogVerifier.Name;

    /// <summary>Issues a token.</summary>
    /// <param name="actor">System address, or <c>operator:name</c>.</param>
    /// <param name="scopes">What it may.</param>
    /// <param name="lifetime">How long, at most 8 hours.</param>
    /// <param name="key">The registered key that asked, for systems.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async ValueTask<string> IssueAsync(string actor, Scopes scopes, TimeSpan lifetime, VerificationKey? key = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
        var now = clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Issuer,
            ["sub"] = actor,
            ["client_id"] = actor,
            ["scope"] = ScopeNames.Write(scopes),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + lifetime).ToUnixTimeSeconds(),
            ["jti"] = CompactJws.Encode(RandomNumberGenerator.GetBytes(16)),
        };
        if (key is not null)
        {
            claims["key_id"] = key.Id;
            claims["key_sha256"] = key.Thumbprint;
        }

        var signed = $"{Header}.{CompactJws.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = await keys.Token.SignAsync(Encoding.ASCII.GetBytes(signed), cancellationToken);
        return $"{signed}.{CompactJws.Encode(signature)}";
    }

    /// <summary>Validates a token and says who calls.</summary>
    /// <exception cref="ProblemException"><c>unauthenticated</c>, or <c>key-revoked</c>/<c>key-expired</c> when the key that asked for it no longer holds.</exception>
    internal Caller Validate(ReadOnlySpan<char> token)
    {
        if (token.Length > CompactJws.MaxLength) throw ProblemCode.Unauthenticated.With($"The token has {token.Length} characters, more than {CompactJws.MaxLength}.");
        Span<byte> hash = stackalloc byte[32];
        Span<byte> octets = stackalloc byte[MaxOnStack];
        if (Encoding.UTF8.TryGetBytes(token, octets, out var length)) SHA256.HashData(octets[..length], hash);
        else SHA256.HashData(Encoding.UTF8.GetBytes(token.ToString()), hash);
        var name = (BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
        var now = clock.GetUtcNow();
        if (!_remembered.TryGetValue(name, out var grant))
        {
            grant = Verify(token.ToString());
            if (_remembered.Count >= MaxRemembered) Forget(now);
            _remembered[name] = grant;
        }

        if (grant.Expires <= now) throw ProblemCode.Unauthenticated.With($"The token expired at {grant.Expires:yyyy-MM-ddTHH:mm:ssZ}. Get a new one at /oauth/token.");
        if (grant.Caller.System is { } system) RequireKeyInForce(system, grant);
        return grant.Caller;
    }

    private Grant Verify(string token)
    {
        if (!token.StartsWith(Header + ".", StringComparison.Ordinal))
            throw ProblemCode.Unauthenticated.With("The token was not issued by this hub.");
        var jws = CompactJws.Parse(token);
        if (!keys.TokenVerifier.Verify(SignatureAlgorithm.Es256, jws.Signed, jws.Signature))
            throw ProblemCode.Unauthenticated.With("The token's signature is not this hub's.");
        var actor = CompactJws.Text(jws.Claims, "sub");
        var expires = CompactJws.Instant(jws.Claims, "exp");
        if (actor is null || expires is null || CompactJws.Text(jws.Claims, "aud") != Issuer)
            throw ProblemCode.Unauthenticated.With("The token is meant for another hub or an earlier log epoch.");
        var scopes = ScopeNames.Read(CompactJws.Text(jws.Claims, "scope"));
        SystemAddress? system = (scopes & Scopes.System) != 0 ? SystemAddress.Parse(actor) : null;
        return new Grant(new Caller(actor, scopes, system), expires.Value, CompactJws.Text(jws.Claims, "key_id"), CompactJws.Text(jws.Claims, "key_sha256"));
    }

    private void RequireKeyInForce(SystemAddress system, Grant grant)
    {
        var ring = new RegistryKeyRing(registry.Current, keys, clock, settings.Development, certificates);
        if (ring.Find(system, new KeyHint(grant.KeyId, null)).Thumbprint != grant.KeySha256)
            throw ProblemCode.KeyUnknown.With($"The key '{grant.KeyId}' of '{system}' was replaced since this token was issued. Get a token with the new key.");
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (name, grant) in _remembered)
            if (grant.Expires <= now) _remembered.TryRemove(name, out _);
        if (_remembered.Count >= MaxRemembered) _remembered.Clear();
    }

    private sealed record Grant(Caller Caller, DateTimeOffset Expires, string? KeyId, string? KeySha256);
}
