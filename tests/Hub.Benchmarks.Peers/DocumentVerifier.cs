using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hub.Benchmarks.Peers;

/// <summary>The protected header of a JWS.</summary>
internal sealed record JoseHeader(string Alg, string Kid);

/// <summary>What the peer reads of a document; the rest is skipped.</summary>
internal sealed record DocumentHeader(string Id, string From, IReadOnlyList<DocumentRecipient> To);

/// <summary>One recipient.</summary>
internal sealed record DocumentRecipient(string Address);

/// <summary>Verifies a compact JWS with ES256 by the one key that is registered, imported once.</summary>
internal sealed class DocumentVerifier : IDisposable
{
    private readonly PeerSettings _settings;
    private readonly ECDsa _key = ECDsa.Create();

    public DocumentVerifier(PeerSettings settings)
    {
        _settings = settings;
        _key.ImportFromPem(settings.KeyPem);
    }

    /// <summary>Whom it is for, or null when the signature is not the sender's.</summary>
    internal DocumentHeader? Verify(byte[] octets)
    {
        var first = Array.IndexOf(octets, (byte)'.');
        var last = Array.LastIndexOf(octets, (byte)'.');
        if (first < 0 || last <= first) return null;
        var header = JsonSerializer.Deserialize(Base64Url.DecodeFromUtf8(octets.AsSpan(0, first)), PeerJson.Default.JoseHeader);
        if (header is not { Alg: "ES256" } || header.Kid != _settings.KeyId) return null;
        if (!_key.VerifyData(octets.AsSpan(0, last), Base64Url.DecodeFromUtf8(octets.AsSpan(last + 1)), HashAlgorithmName.SHA256)) return null;
        var document = JsonSerializer.Deserialize(Base64Url.DecodeFromUtf8(octets.AsSpan((first + 1)..last)), PeerJson.Default.DocumentHeader);
        return document?.From == _settings.Sender ? document : null;
    }

    public void Dispose() => _key.Dispose();
}
