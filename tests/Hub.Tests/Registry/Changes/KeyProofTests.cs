using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class KeyProofTests
{
    private static readonly LocalSigner New = NewSigner("k2");
    private static readonly LocalSigner Old = NewSigner("k1");

    [Test]
    public async Task OpenPossession_OwnKey_SaysWhatWasSigned()
    {
        var proof = await Claim().ProvePossessionAsync(New);
        Assert.That(KeyProof.OpenPossession(proof, KeyOf(New)), Is.EqualTo(Claim()));
        Assert.That((KeyProof.IsSuccession(proof), KeyProof.Peek(proof)), Is.EqualTo((false, Claim())));
    }

    [Test]
    public async Task OpenSuccession_OldKey_IsFoundByItsName()
    {
        var proof = await Claim().ProveSuccessionAsync(Old);
        Assert.That(KeyProof.IsSuccession(proof), Is.True);
        Assert.That(KeyProof.OpenSuccession(proof, KeyOf(New), hint => hint.KeyId == "k1" ? KeyOf(Old) : throw new InvalidOperationException()), Is.EqualTo(Claim()));
    }

    [Test]
    public async Task Open_AnotherKeyOrKind_IsInvalid()
    {
        var possession = await Claim().ProvePossessionAsync(New);
        var succession = await Claim().ProveSuccessionAsync(Old);
        var ofAnother = await (Claim() with { Key = KeyOf(Old).Thumbprint }).ProvePossessionAsync(New);
        foreach (Action open in new Action[]
        {
            () => KeyProof.OpenPossession(possession, KeyOf(Old)),
            () => KeyProof.OpenPossession(succession, KeyOf(Old)),
            () => KeyProof.OpenSuccession(possession, KeyOf(New), _ => KeyOf(New)),
            () => KeyProof.OpenSuccession(succession, KeyOf(New), _ => KeyOf(New)),
            () => KeyProof.OpenPossession(ofAnother, KeyOf(New)),
            () => KeyProof.OpenPossession(possession[..^4] + "AAAA", KeyOf(New)),
            () => KeyProof.OpenPossession("a.b", KeyOf(New)),
            () => KeyProof.OpenPossession(new string('a', 5000), KeyOf(New)),
        }) Assert.That(() => open(), Throws.TypeOf<ProblemException>().With.Property("Code").SameAs(ProblemCode.ProofInvalid));
    }

    private static KeyProof Claim() => new(SystemAddress.Parse("Z99/hub"), "H06/qlvb", "signature", KeyOf(New).Thumbprint, new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero));

    private static VerificationKey KeyOf(LocalSigner signer) => new(signer.KeyId, signer.ExportSubjectPublicKeyInfo());

    private static LocalSigner NewSigner(string id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return LocalSigner.FromPem(id, key.ExportPkcs8PrivateKeyPem());
    }
}
