using System.Buffers.Text;
using System.Security.Cryptography;
using Hub.Contracts.Sealing;

namespace Hub.Tests.Sealing;

[TestFixture]
public sealed class KeyDerivationTests
{
    [TestCase("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7", TestName = "RFC 3394 4.3")]
    [TestCase("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21", TestName = "RFC 3394 4.6")]
    public void AesKeyWrap_OfTheVector_GivesItAndUndoesIt(string keyEncryptionKey, string key, string wrapped)
    {
        var kek = Convert.FromHexString(keyEncryptionKey);
        Assert.That(Convert.ToHexString(AesKeyWrap.Wrap(kek, Convert.FromHexString(key))), Is.EqualTo(wrapped));
        Assert.That(Convert.ToHexString(AesKeyWrap.Unwrap(kek, Convert.FromHexString(wrapped))!), Is.EqualTo(key));
    }

    [Test]
    public void AesKeyWrap_OfAnyAlteredOctet_GivesNothing()
    {
        var kek = RandomNumberGenerator.GetBytes(32);
        var wrapped = AesKeyWrap.Wrap(kek, RandomNumberGenerator.GetBytes(32));
        for (var index = 0; index < wrapped.Length; index++)
        {
            var altered = wrapped.ToArray();
            altered[index] ^= 1;
            Assert.That(AesKeyWrap.Unwrap(kek, altered), Is.Null, $"octet {index}");
        }

        Assert.That(AesKeyWrap.Unwrap(kek, wrapped.AsSpan(0, 32)), Is.Null);
        Assert.That(AesKeyWrap.Unwrap(kek, wrapped.AsSpan(0, 16)), Is.Null);
        Assert.That(AesKeyWrap.Unwrap(kek, []), Is.Null);
    }

    /// <summary>RFC 7518 appendix C, the published keys.</summary>
    [Test]
    public void ConcatKdf_OfRfc7518AppendixC_GivesItsKeyFromBothSides()
    {
        var (aliceX, aliceY, aliceD) = ("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps", "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        var (bobX, bobY, bobD) = ("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck", "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        using var alice = Key(aliceX, aliceY, aliceD);
        using var bob = Key(bobX, bobY, bobD);
        var info = ConcatKdf.JoseInfo("A128GCM", "Alice"u8, "Bob"u8, 128);
        foreach (var secret in (byte[][])[alice.DeriveRawSecretAgreement(bob.PublicKey), bob.DeriveRawSecretAgreement(alice.PublicKey)])
        {
            Assert.That(secret[..4], Is.EqualTo((byte[])[158, 86, 217, 29]));
            Assert.That(Base64Url.EncodeToString(ConcatKdf.Derive(secret, info, 16)), Is.EqualTo("VqqN6vgjbSBcIijNcacQGg"));
        }
    }

    private static ECDiffieHellman Key(string x, string y, string d) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
        D = Base64Url.DecodeFromChars(d),
    });
}
