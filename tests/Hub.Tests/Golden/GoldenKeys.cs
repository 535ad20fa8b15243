using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Golden;

/// <summary>Fresh key pairs of the two systems that sign the golden samples. Private halves live only as long as this object.</summary>
/// <remarks>Z98/alpha: rsa1 (RSA-2048), ec1 (P-256), ec384 (P-384), each with a certificate; old1 (P-256, expired),
/// lost1 (P-256, revoked). Z98/beta: rsa1b, ec1b. Not registered at all: stranger (P-256).</remarks>
public sealed class GoldenKeys
{
    public static readonly SystemAddress Alpha = SystemAddress.Parse("Z98/alpha");
    public static readonly SystemAddress Beta = SystemAddress.Parse("Z98/beta");

    private readonly Dictionary<string, (string Pem, byte[] Spki, byte[] Certificate)> _pairs = new(StringComparer.Ordinal);

    public GoldenKeys()
    {
        foreach (var id in new[] { "rsa1", "rsa1b" }) Add(id, rsaBits: 2048, default);
        foreach (var id in new[] { "ec1", "ec1b", "old1", "lost1", "stranger" }) Add(id, 0, ECCurve.NamedCurves.nistP256);
        Add("ec384", 0, ECCurve.NamedCurves.nistP384);
        All =
        [
            Registered(Alpha, "rsa1", "active"), Registered(Alpha, "ec1", "active"), Registered(Alpha, "ec384", "active"),
            Registered(Alpha, "old1", "expired"), Registered(Alpha, "lost1", "revoked"),
            Registered(Beta, "rsa1b", "active"), Registered(Beta, "ec1b", "active"),
        ];
        Ring = new GoldenKeyRing(All);
    }

    /// <summary>The keys registered: all but the stranger's.</summary>
    public IReadOnlyList<GoldenKey> All { get; }

    public IKeyRing Ring { get; }

    /// <summary>A signer for a key; with <paramref name="byCertificate"/> it names the key by its certificate.</summary>
    public LocalSigner Signer(string id, SignatureAlgorithm? algorithm = null, bool byCertificate = false) =>
        LocalSigner.FromPem(id, _pairs[id].Pem, algorithm, byCertificate ? new ReadOnlyMemory<byte>(_pairs[id].Certificate) : null);

    public byte[] Certificate(string id) => _pairs[id].Certificate;

    public byte[] SubjectPublicKeyInfo(string id) => _pairs[id].Spki;

    private GoldenKey Registered(SystemAddress sender, string id, string state) => new(sender, id, state, _pairs[id].Spki, _pairs[id].Certificate);

    private void Add(string id, int rsaBits, ECCurve curve)
    {
        var name = new X500DistinguishedName($"CN=Hub golden sample {id}, O=Example");
        using var rsa = rsaBits > 0 ? RSA.Create(rsaBits) : null;
        using var ecdsa = rsa is null ? ECDsa.Create(curve) : null;
        var request = rsa is not null
            ? new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(name, ecdsa!, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero));
        AsymmetricAlgorithm pair = rsa is not null ? rsa : ecdsa!;
        _pairs.Add(id, (pair.ExportPkcs8PrivateKeyPem(), pair.ExportSubjectPublicKeyInfo(), certificate.RawData));
    }
}
