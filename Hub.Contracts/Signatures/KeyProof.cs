using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;

namespace Hub.Contracts.Signatures;

/// <summary>What is said of a key when it is registered: whose it will be, at which hub, and for what. Signed with the key itself
/// it proves that its owner has the private half (nobody can register another's key as his own); signed with an older key
/// of the same owner it proves that the owner himself replaces that one. A compact JWS, see <c>schemas/key-proof.schema.json</c>.</summary>
/// <param name="Hub">Address of the hub where it is registered: a proof made for one hub is worth nothing at another.</param>
/// <param name="Owner">A system's address, <c>operator:name</c> or <c>auditor:name</c>.</param>
/// <param name="Use"><c>signature</c> or <c>encryption</c>.</param>
/// <param name="Key">SHA-256 of the new key's SubjectPublicKeyInfo, lower-case hexadecimal.</param>
/// <param name="Time">When the proof was made.</param>
public sealed record KeyProof(SystemAddress Hub, string Owner, string Use, string Key, DateTimeOffset Time)
{
    /// <summary>The <c>typ</c> of a proof of possession, signed with the new key.</summary>
    public const string PossessionType = "hub-key-proof+jws";

    /// <summary>The <c>typ</c> of a proof of succession, signed with an older key, which the header names.</summary>
    public const string SuccessionType = "hub-key-succession+jws";

    /// <summary>Longest proof in characters (4,000).</summary>
    public const int MaxLength = 4000;

    /// <summary>Signs it with the new key.</summary>
    /// <param name="key">The key that it speaks of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<string> ProvePossessionAsync(ISigner key, CancellationToken cancellationToken = default) =>
        Encoding.ASCII.GetString(await JwsCompact.SignAsync(ToBytes(), PossessionType, key, cancellationToken, named: false));

    /// <summary>Signs it with an older key of the same owner.</summary>
    /// <param name="older">The older key; the header names it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<string> ProveSuccessionAsync(ISigner older, CancellationToken cancellationToken = default) =>
        Encoding.ASCII.GetString(await JwsCompact.SignAsync(ToBytes(), SuccessionType, older, cancellationToken));

    /// <summary>Reads a proof of possession and verifies it with the key that it must speak of.</summary>
    /// <exception cref="ProblemException"><c>proof-invalid</c>.</exception>
    public static KeyProof OpenPossession(string proof, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Open(proof, PossessionType, _ => key, key);
    }

    /// <summary>Reads a proof of succession and verifies it with an older key.</summary>
    /// <param name="proof">The compact JWS.</param>
    /// <param name="key">The new key, which it must speak of.</param>
    /// <param name="older">Finds the older key that the header names; it throws when that key may not vouch.</param>
    /// <exception cref="ProblemException"><c>proof-invalid</c>, and what <paramref name="older"/> throws.</exception>
    public static KeyProof OpenSuccession(string proof, VerificationKey key, Func<KeyHint, VerificationKey> older) => Open(proof, SuccessionType, older, key);

    /// <summary>Whether a compact JWS says in its header that it is a proof of succession; it may still be worth nothing.</summary>
    public static bool IsSuccession(string proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var end = proof.IndexOf('.', StringComparison.Ordinal);
        return end > 0 && end <= JwsHeader.MaxBytes
            && StrictBase64.TryDecodeUrl(Encoding.UTF8.GetBytes(proof[..end]), out var header)
            && Encoding.UTF8.GetString(header).Contains(SuccessionType, StringComparison.Ordinal);
    }

    /// <summary>What a proof says, not verified; null when it cannot be read.</summary>
    public static KeyProof? Peek(string proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        try
        {
            return proof.Length > MaxLength ? null : Read(JwsCompact.Parse(Encoding.UTF8.GetBytes(proof), IsSuccession(proof) ? SuccessionType : PossessionType, named: false).Payload);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    private static KeyProof Open(string proof, string type, Func<KeyHint, VerificationKey> signedWith, VerificationKey speaksOf)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(speaksOf);
        if (proof.Length > MaxLength) throw ProblemCode.ProofInvalid.With($"The proof has {proof.Length} characters; the limit is {MaxLength}.");
        try
        {
            var jws = JwsCompact.Parse(Encoding.UTF8.GetBytes(proof), type, named: type == SuccessionType);
            jws.Verify(signedWith(jws.Header.Key));
            var said = Read(jws.Payload);
            return said.Key == speaksOf.Thumbprint
                ? said
                : throw ProblemCode.ProofInvalid.With($"The proof speaks of the key {said.Key}, but the key registered is {speaksOf.Thumbprint}.");
        }
        catch (ProblemException refused) when (refused.Code == ProblemCode.MalformedEnvelope || refused.Code == ProblemCode.UnsupportedProfile
            || refused.Code == ProblemCode.SignatureMissing || refused.Code == ProblemCode.SignatureInvalid || refused.Code == ProblemCode.TooLarge)
        {
            throw ProblemCode.ProofInvalid.With($"The proof (typ {type}) does not hold: {refused.Problem.Detail}", refused);
        }
    }

    private static KeyProof Read(byte[] payload)
    {
        var cursor = new JsonCursor(payload, ProblemCode.ProofInvalid, "proof", maxDepth: 2, maxNodes: 32);
        string? hub = null, owner = null, use = null, key = null;
        DateTimeOffset? time = null;
        List<string> seen = [];
        cursor.Begin();
        while (cursor.NextMember(seen, out var name))
        {
            switch (name)
            {
                case "hub": hub = cursor.Text(name); break;
                case "owner": owner = cursor.Text(name); break;
                case "use": use = cursor.Text(name); break;
                case "key": key = cursor.Text(name); break;
                case "time": time = cursor.Time(name); break;
                default: throw cursor.Fault($"has the member {TextRules.Quote(name)}; it may have exactly hub, owner, use, key and time");
            }
        }

        cursor.End();
        if (!SystemAddress.TryParse(hub ?? throw cursor.Missing("hub"), out var address)) throw cursor.Fault($"has {TextRules.Quote(hub)} in 'hub'; write the hub's address");
        return new KeyProof(
            address, owner ?? throw cursor.Missing("owner"), use ?? throw cursor.Missing("use"), key ?? throw cursor.Missing("key"), time ?? throw cursor.Missing("time"));
    }

    private byte[] ToBytes() => CanonicalJson.Serialize(new JsonObject
    {
        ["hub"] = Hub.ToString(), ["owner"] = Owner, ["use"] = Use, ["key"] = Key, ["time"] = Rfc3339.Format(Time),
    });
}
