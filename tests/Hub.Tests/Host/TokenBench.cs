using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Hub.Tests.Storage;

namespace Hub.Tests.Host;

/// <summary>A registry with two systems and everything that issues and validates tokens for them.</summary>
internal sealed class TokenBench : IRegistry, IDisposable
{
    internal const string Audience = "https://hub.example/oauth/token";

    private readonly TemporaryFolder _folder = new();
    private readonly HubOrigins _origins;

    internal TokenBench(bool development = false)
    {
        var settings = new HubSettings { DataDirectory = _folder.Path, Development = development };
        Keys = FileHubKeys.OpenOrCreate(_folder.Path, SystemAddress.Parse("Z99/hub"));
        var origins = new HubOrigins();
        origins.Open(new Uri("https://hub.example"), new Uri("http://127.0.0.1:8080"));
        Register(AliceKey());
        Clients = new ClientKeys(this, Keys, settings, Clock, new CertificateTable());
        Assertions = new ClientAssertions(Clients, new AssertionReplays(Clock), origins, Clock);
        _origins = origins;
        Tokens = new AccessTokens(Keys, Clients, Clock);
    }

    internal static SystemAddress Alice { get; } = SystemAddress.Parse("H06.01/qlvb");

    internal static SystemAddress Bob { get; } = SystemAddress.Parse("H06.02/qlvb");

    internal Time.ManualClock Clock { get; } = new();

    internal FileHubKeys Keys { get; }

    internal ClientKeys Clients { get; }

    internal ClientAssertions Assertions { get; }

    /// <summary>As another node of the hub verifies.</summary>
    internal ClientAssertions OtherNode(IOnceStore shared) => new(Clients, new AssertionReplays(Clock, shared), _origins, Clock);

    internal RegisteredClient Verify(string assertion) => Assertions.VerifyAsync(assertion).AsTask().GetAwaiter().GetResult();

    internal AccessTokens Tokens { get; }

    internal LocalSigner AliceSigner { get; } = NewSigner("k1");

    internal LocalSigner BobSigner { get; } = NewSigner("k1");

    public RegistrySnapshot Current { get; private set; } = null!;

    internal SystemKey AliceKey(DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, DateTimeOffset? revoked = null, bool development = false) =>
        new(new VerificationKey("k1", AliceSigner.ExportSubjectPublicKeyInfo()), notBefore, notAfter, revoked, development);

    /// <summary>A person with Alice's key pair under the id <c>k1</c>.</summary>
    internal Person Operator(string role = "operator", AgencyCode? under = null, bool content = false) =>
        new() { Name = "an", Role = role, Under = under, Content = content, Keys = [AliceKey()] };

    /// <summary>The claims of a good assertion of a person.</summary>
    internal Dictionary<string, object> ClaimsOf(string person)
    {
        var claims = Claims();
        claims["iss"] = claims["sub"] = person;
        return claims;
    }

    internal void Register(Person? person, params SystemKey[] aliceKeys)
    {
        Register(aliceKeys);
        if (person is not null) Current = new RegistrySnapshot(Current.Version + 1, Current.Content with { People = [person] });
    }

    internal void Register(params SystemKey[] aliceKeys) => Current = new RegistrySnapshot((Current?.Version ?? 0) + 1, new RegistryContent
    {
        Hub = Keys.Address,
        Systems =
        [
            new AgencySystem { Address = Alice, Name = "Alice", Keys = aliceKeys },
            new AgencySystem { Address = Bob, Name = "Bob", Keys = [new SystemKey(new VerificationKey("k1", BobSigner.ExportSubjectPublicKeyInfo()), null, null, null, false)] },
        ],
    });

    /// <summary>The claims of a good assertion of Alice.</summary>
    internal Dictionary<string, object> Claims(string? id = null) => new(StringComparer.Ordinal)
    {
        ["iss"] = Alice.ToString(),
        ["sub"] = Alice.ToString(),
        ["aud"] = Audience,
        ["iat"] = Clock.GetUtcNow().ToUnixTimeSeconds(),
        ["exp"] = Clock.GetUtcNow().AddMinutes(2).ToUnixTimeSeconds(),
        ["jti"] = id ?? Guid.NewGuid().ToString("N"),
    };

    internal static Dictionary<string, object> Header(string algorithm = "ES256") => new(StringComparer.Ordinal) { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = "k1" };

    internal string Assertion(Dictionary<string, object>? claims = null, Dictionary<string, object>? header = null, Func<byte[], byte[]>? sign = null)
    {
        var signed = $"{Part(header ?? Header())}.{Part(claims ?? Claims())}";
        return $"{signed}.{CompactJws.Encode((sign ?? (data => AliceSigner.Sign(data)))(Encoding.ASCII.GetBytes(signed)))}";
    }

    internal static string Part(object json) => CompactJws.Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    internal static LocalSigner NewSigner(string id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return LocalSigner.FromPem(id, key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _folder.Dispose();
}
