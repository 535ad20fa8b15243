using System.Text;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Signatures;

/// <summary>A JSON document in a compact JWS (RFC 7515, strict profile) that names its key by id: an agency's request to the hub before
/// its system is registered, or the like. Parsing proves nothing; <see cref="Verify"/> does.</summary>
public sealed class SignedDocument
{
    /// <summary>The <c>typ</c> of a request to be taken onto the bus.</summary>
    public const string OnboardingType = "hub-onboarding+jws";

    private readonly JwsCompact _jws;

    private SignedDocument(JwsCompact jws) => _jws = jws;

    /// <summary>The document, not verified yet.</summary>
    public ReadOnlyMemory<byte> Payload => _jws.Payload;

    /// <summary>The id of the key that it claims to be signed with.</summary>
    public string KeyId => _jws.Header.Key.KeyId ?? throw ProblemCode.UnsupportedProfile.With("The header names its key by certificate; here it must be by 'kid', the id under which the key is to be registered.");

    /// <summary>Takes a compact JWS apart.</summary>
    /// <param name="octets">The text.</param>
    /// <param name="type">The <c>typ</c> it must have.</param>
    /// <exception cref="ProblemException"><c>malformed-envelope</c>, <c>unsupported-profile</c> or <c>signature-missing</c>.</exception>
    public static SignedDocument Parse(ReadOnlyMemory<byte> octets, string type) => new(JwsCompact.Parse(octets, type));

    /// <summary>Verifies the signature.</summary>
    /// <exception cref="ProblemException"><c>signature-invalid</c>.</exception>
    public void Verify(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _jws.Verify(key);
    }

    /// <summary>Signs a document; the header names the key by id.</summary>
    /// <param name="document">The document, JSON in UTF-8.</param>
    /// <param name="type">The <c>typ</c>.</param>
    /// <param name="key">The key; without a certificate.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<string> SignAsync(ReadOnlyMemory<byte> document, string type, ISigner key, CancellationToken cancellationToken = default) =>
        Encoding.ASCII.GetString(await JwsCompact.SignAsync(document, type, key, cancellationToken));
}
