using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Trail;

namespace Hub.Host.Identity;

/// <summary>Issues and validates the hub's own access tokens: compact JWS, ES256 by the hub's token key.</summary>
/// <remarks>The token of a system or person names the key that asked for it; the token dies with that key, and a person's with
/// the person's entry, at the next request. Tokens without a key come from the operator socket and are marked so. A token bound
/// to a certificate (RFC 8705 §3) works only on connections that show this certificate.
/// Validated tokens are remembered by their SHA-256, so that a busy caller costs one hash instead of one signature check.</remarks>
internal sealed class AccessTokens(IHubKeys keys, ClientKeys clients, TimeProvider clock)
{
    /// <summary>Claim of a token from the operator socket.</summary>
    private const string Via = "via";

    internal static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(8);

    private const int MaxRemembered = 10_000;

    /// <summary>The hub's own tokens are shorter; longer ones may stand on the heap while they are hashed.</summary>
    private const int MaxOnStack = 1_024;

    /// <summary>Exactly one header is ever written, so exactly one is read: no algorithm is taken from a token.</summary>
    private static readonly string Header = CompactJws.Encode("""{"alg":"ES256","typ":"at+jwt"}"""u8);

    private readonly ConcurrentDictionary<(UInt128, UInt128), Grant> _remembered = new();

    private string Issuer => keys.LogVerifier.Name;

    /// <summary>Issues the token of a registered system or person, for its whole lifetime.</summary>
    /// <param name="client">Who asked, with the key that proved it.</param>
    /// <param name="scopes">What it may; never more than the client's own scopes.</param>
    /// <param name="boundTo">SHA-256 of the certificate without which the token shall not work; null: it works on every connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal ValueTask<string> IssueAsync(RegisteredClient client, Scopes scopes, byte[]? boundTo = null, CancellationToken cancellationToken = default)
    {
        var claims = Claims(client.Name, scopes & client.Scopes, client.Lifetime);
        claims["key_id"] = client.Key.Id;
        claims["key_sha256"] = client.Key.Thumbprint;
        if (client.Person is { } person)
        {
            claims["person"] = person.Name;
            if (person.Under is { } under) claims["under"] = under.Value;
        }

        if (boundTo is not null) claims["cnf"] = new JsonObject { ["x5t#S256"] = CompactJws.Encode(boundTo) };
        return SignAsync(claims, cancellationToken);
    }

    /// <summary>Issues a token on the operator socket, for whom the holder of the socket vouches.</summary>
    /// <param name="actor"><c>operator:name</c> or <c>auditor:name</c>.</param>
    /// <param name="scopes">What it may.</param>
    /// <param name="lifetime">How long, at most 8 hours.</param>
    /// <param name="under">The agency within whose subtree it acts; null: everywhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal ValueTask<string> IssueOnSocketAsync(string actor, Scopes scopes, TimeSpan lifetime, AgencyCode? under = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LongestLifetime);
        var claims = Claims(actor, scopes & ~Scopes.System, lifetime);
        claims[Via] = "socket";
        if (under is not null) claims["under"] = under.Value.Value;
        return SignAsync(claims, cancellationToken);
    }

    private JsonObject Claims(string actor, Scopes scopes, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        return new JsonObject
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
    }

    private async ValueTask<string> SignAsync(JsonObject claims, CancellationToken cancellationToken)
    {
        var signed = $"{Header}.{CompactJws.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = await keys.Token.SignAsync(Encoding.ASCII.GetBytes(signed), cancellationToken);
        return $"{signed}.{CompactJws.Encode(signature)}";
    }

    /// <summary>Validates a token and says who calls.</summary>
    /// <param name="token">The token.</param>
    /// <param name="certificate">What the connection showed, if anything.</param>
    /// <exception cref="ProblemException"><c>unauthenticated</c>, or <c>key-revoked</c>/<c>key-expired</c> when the key that asked for it no longer holds.</exception>
    internal Caller Validate(ReadOnlySpan<char> token, X509Certificate2? certificate = null)
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
        if (grant.BoundTo is { } bound) RequireCertificate(bound, certificate);
        return grant.KeyId is null ? FromSocket(grant) : FromClient(grant);
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
        var caller = new Caller(actor, scopes, (scopes & Scopes.System) != 0 ? SystemAddress.Parse(actor) : null)
        {
            Person = CompactJws.Text(jws.Claims, "person"),
            Under = CompactJws.Text(jws.Claims, "under") is { } under ? AgencyCode.Parse(under) : null,
        };
        var bound = jws.Claims.TryGetProperty("cnf", out var confirmation) && confirmation.ValueKind == JsonValueKind.Object
            ? Base64Url.DecodeFromChars(CompactJws.Text(confirmation, "x5t#S256"))
            : null;
        return new Grant(caller, expires.Value, CompactJws.Text(jws.Claims, "key_id"), CompactJws.Text(jws.Claims, "key_sha256"), bound);
    }

    /// <summary>What the registry in force says of the client: its key must hold, a person's subtree and scopes may have shrunk.</summary>
    private Caller FromClient(Grant grant)
    {
        var client = clients.Find(grant.Caller.Actor, new KeyHint(grant.KeyId, null));
        if (client.Key.Thumbprint != grant.KeySha256)
            throw ProblemCode.KeyUnknown.With($"The key '{grant.KeyId}' of '{grant.Caller.Actor}' was replaced since this token was issued. Get a token with the new key.");
        return client.Person is not { } person ? grant.Caller : grant.Caller with { Scopes = grant.Caller.Scopes & client.Scopes, Under = person.Under };
    }

    /// <summary>Who calls on the socket itself: named by the machine's user, which is no proof; a user called like a registered person is
    /// marked, so that the log does not say that the person acted.</summary>
    internal Caller OnSocket(Caller caller) => clients.IsRegistered(caller.Actor) ? caller with { Actor = caller.Actor + "/socket" } : caller;

    /// <summary>Nobody on the socket may speak in the name of a person who has a key of his own.</summary>
    private Caller FromSocket(Grant grant)
    {
        if (grant.Caller.System is not null) throw ProblemCode.Unauthenticated.With("The token names no key of the system.");
        if (clients.IsRegistered(grant.Caller.Actor))
            throw ProblemCode.Unauthenticated.With($"'{grant.Caller.Actor}' is registered with a key of his own since this token was issued. Get a token with that key.");
        return grant.Caller;
    }

    private static void RequireCertificate(byte[] bound, X509Certificate2? certificate)
    {
        if (certificate is null || !CryptographicOperations.FixedTimeEquals(ClientCertificate.Digest(certificate), bound))
            throw ProblemCode.Unauthenticated.With("The token is bound to a TLS client certificate that this connection does not show (RFC 8705 §3). Use it on connections with that certificate only.");
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (name, grant) in _remembered)
            if (grant.Expires <= now) _remembered.TryRemove(name, out _);
        if (_remembered.Count >= MaxRemembered) _remembered.Clear();
    }

    private sealed record Grant(Caller Caller, DateTimeOffset Expires, string? KeyId, string? KeySha256, byte[]? BoundTo);
}
