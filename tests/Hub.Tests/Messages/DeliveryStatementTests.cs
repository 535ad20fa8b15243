using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Tests.Golden;

namespace Hub.Tests.Messages;

[TestFixture]
public sealed class DeliveryStatementTests
{
    private static readonly GoldenKeys Keys = new();
    private static readonly VerificationKey Key = new("ec1", Keys.SubjectPublicKeyInfo("ec1"));

    private static readonly DeliveryStatement Statement = new(
        SystemAddress.Parse("H06.09/lgsp"), MessageKey.Of(GoldenKeys.Alpha, "a"), new string('b', 64), GoldenKeys.Alpha, GoldenKeys.Beta,
        "group:communes@3", RecipientRole.Info, "hub-attested(folder)", GoldenModel.Created, 41);

    [Test]
    public async Task Verify_OfWhatWasSigned_GivesItBack()
    {
        var jws = await Statement.SignAsync(Keys.Signer("ec1"));
        Assert.That(DeliveryStatement.Verify(jws, Key), Is.EqualTo(Statement));
    }

    [Test]
    public async Task Verify_WithAnyCharacterChanged_Refuses()
    {
        var jws = await Statement.SignAsync(Keys.Signer("ec1"));
        for (var at = 0; at < jws.Length; at++)
        {
            var mutant = $"{jws[..at]}{(jws[at] == 'A' ? 'B' : 'A')}{jws[(at + 1)..]}";
            Assert.Throws<ProblemException>(() => DeliveryStatement.Verify(mutant, Key), $"character {at}");
        }
    }

    [Test]
    public async Task Verify_WithAnotherKey_SaysSignatureInvalid()
    {
        var jws = await Statement.SignAsync(Keys.Signer("ec1"));
        Assert.That(CodeOf(jws, new VerificationKey("ec1", Keys.SubjectPublicKeyInfo("ec1b"))), Is.EqualTo(ProblemCode.SignatureInvalid));
        Assert.That(CodeOf(jws, new VerificationKey("ec2", Keys.SubjectPublicKeyInfo("ec1"))), Is.EqualTo(ProblemCode.SignatureInvalid));
    }

    [Test]
    public async Task Verify_OfAnEnvelope_RefusesItsType()
    {
        var envelope = await EnvelopeCodec.SignAsync(GoldenModel.Minimal("m"), EnvelopeEncoding.Json, Keys.Signer("ec1"));
        Assert.That(CodeOf(System.Text.Encoding.ASCII.GetString(envelope), Key), Is.EqualTo(ProblemCode.UnsupportedProfile));
    }

    [Test]
    public async Task Verify_AsAnEnvelope_RefusesAStatement()
    {
        var jws = System.Text.Encoding.ASCII.GetBytes(await Statement.SignAsync(Keys.Signer("ec1")));
        var refusal = Assert.Throws<ProblemException>(() => EnvelopeCodec.Verify(jws, EnvelopeEncoding.Json, Keys.Ring))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.UnsupportedProfile));
    }

    [Test]
    public void SignAsync_WithAnotherAlgorithm_IsRefused() =>
        Assert.That(async () => await Statement.SignAsync(Keys.Signer("rsa1")), Throws.ArgumentException);

    private static ProblemCode CodeOf(string jws, VerificationKey key) =>
        Assert.Throws<ProblemException>(() => DeliveryStatement.Verify(jws, key))!.Code;
}
