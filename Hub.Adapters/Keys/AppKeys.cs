using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Adapters.Keys;

/// <summary>The keys of apps on the bus, each derived from one secret (<c>keys/apps.key</c>) and the app's address. Thread-safe.</summary>
/// <remarks>An app may be used first on any node, at any time: a key made at first use would be another on each node, and one kept in the
/// store would put signing keys into every backup of the database. Derived keys are the same wherever <c>keys/</c> was copied to, need
/// neither a write nor a wait, and are made anew out of the same secret after a restore. A key file of a hub from before
/// (<c>keys/apps/</c>) wins, so that its apps keep their keys.</remarks>
/// <param name="secret">32 bytes.</param>
/// <param name="folder">Key files of a hub from before.</param>
internal sealed class AppKeys(byte[] secret, string folder)
{
    // The order of P-256 (SEC 2, §2.4.2), minus one: scalars are 1 to this.
    private static readonly byte[] Greatest = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550");

    private readonly ConcurrentDictionary<SystemAddress, Lazy<(LocalSigner Signer, VerificationKey Verifier)>> _keys = new();

    internal (LocalSigner Signer, VerificationKey Verifier) Of(SystemAddress app) =>
        _keys.GetOrAdd(app, static (address, all) => new(() => all.Open(address)), this).Value;

    // An address is one agency code, one slash and one name, so the file's name can neither leave the folder nor collide.
    private (LocalSigner Signer, VerificationKey Verifier) Open(SystemAddress app)
    {
        var path = Path.Combine(folder, $"{app.Agency.Value}_{app.System}.pem");
        var signer = File.Exists(path) ? KeyFile.OpenSigner(path) : Derive(app);
        return (signer, new VerificationKey(signer.KeyId, signer.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>HKDF-SHA-256 (RFC 5869) over the secret; of the 32-byte outputs for 0, 1, 2 … the first that is a scalar (FIPS 186-5,
    /// A.2.2), which is the first one but for a chance of 2⁻³².</summary>
    private LocalSigner Derive(SystemAddress app)
    {
        for (var counter = 0; ; counter++)
        {
            var scalar = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, Greatest.Length, info: Encoding.ASCII.GetBytes($"hub app key v1\n{app}\n{counter}"));
            if (scalar.AsSpan().SequenceCompareTo(Greatest) > 0 || !scalar.AsSpan().ContainsAnyExcept((byte)0)) continue;
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
            CryptographicOperations.ZeroMemory(scalar);
            return KeyFile.SignerOf(key.ExportPkcs8PrivateKeyPem());
        }
    }
}
