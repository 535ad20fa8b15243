using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Signatures;

namespace Hub.Host.AgencyClient;

/// <summary>Makes the JWT by which a system authenticates itself at the token endpoint (private_key_jwt, RFC 7523 §3).</summary>
internal static class ClientAssertion
{
    /// <summary>Its life: the hub accepts at most five minutes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public static async ValueTask<string> SignAsync(
        string self, Uri audience, ISigner signer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["alg"] = JoseName.Of(signer.Algorithm),
            ["typ"] = "JWT",
            ["kid"] = signer.KeyId,
        });
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = self,
            ["sub"] = self,
            ["aud"] = audience.AbsoluteUri,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
        });
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        var signature = await signer.SignAsync(Encoding.ASCII.GetBytes(signed), cancellationToken);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
